# Doxygen's view of a header: the comment under "#pragma once" describes the file, and comments behind members and values describe
# these, the lines that go on with such a comment included. Code in comments is indented as Markdown has it.
function with_code(line) {
  if (line ~ /^ *\/\/\/ - /) in_list = 1
  else if (line !~ /^ *\/\/\/   /) in_list = 0
  if (!in_list) sub(/\/\/\/   /, "///       ", line)
  return line
}
# KERATIN_API marks what a shared library exports.
{ sub(/^namespace KERATIN_API /, "namespace ") }
BEGIN { after_pragma = 0; trailing = 0; in_list = 0; documented = 0 }
/^#pragma once/ { after_pragma = 1; print; next }
after_pragma && /^\/\/( |$)/ {
  if (after_pragma == 1) print "/// @file"
  after_pragma = 2
  sub(/^\/\//, "///")
  print with_code($0)
  next
}
/^ *\/\/\// { print with_code($0); trailing = 0; documented = 1; next }
/^ *struct [A-Za-z0-9]+(Options|Arguments) \{/ && !documented {
  name = $2
  if (sub(/Options$/, "", name)) print "/// Options of " name "."
  else if (sub(/Arguments$/, "", name)) print "/// Arguments of the loss function of " name " beside y_true and y_pred."
}
{ documented = 0 }
{ if (after_pragma == 2) print ""; after_pragma = 0 }
trailing && /^ +\/\/ / {
  sub(/\/\/ /, "///< ")
  print
  next
}
/^ .*[;,{})a-z0-9] +\/\/ / && !/^ *\/\// && !/\/\/\// {
  if (match($0, /[;,{})a-z0-9] +\/\/ /)) {
    at = RSTART + RLENGTH - 3
    print substr($0, 1, at - 1) "///< " substr($0, at + 3)
    trailing = 1
    next
  }
}
{ trailing = 0; print }
