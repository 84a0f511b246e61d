# Reads the code blocks of a Markdown page. A page may also have code that is not shown, in a comment that begins with "<!-- cpp" on
# a line of its own and ends with "-->".

cmake_policy(VERSION 3.25)

# page_lines(PAGE OUT): a list of the page's lines, as the value of OUT. What has a meaning in lists is escaped: see page_text.
function(page_lines page out)
  file(READ ${page} text)
  string(REPLACE "\\" "<backslash>" text "${text}")
  string(REPLACE "[" "<bracket>" text "${text}")
  string(REPLACE "]" "<end bracket>" text "${text}")
  string(REPLACE ";" "<semicolon>" text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# page_blocks(PAGE LANGUAGE OUT): a list of the lines of all blocks of that language, shown or not, as the value of OUT, escaped as by
# page_lines. A line "<block N>" precedes each block, N being the number of its first line.
function(page_blocks page language out)
  page_lines(${page} text)
  set(lines "")
  set(end "")
  set(number 0)
  foreach(line IN LISTS text)
    math(EXPR number "${number} + 1")
    if(line STREQUAL end)
      set(end "")
    elseif(end STREQUAL "```" OR end STREQUAL "-->")
      if(wanted)
        list(APPEND lines "${line}")
      endif()
    elseif(line MATCHES "^(```|<!-- )([a-z+]*)$")
      string(COMPARE EQUAL "${CMAKE_MATCH_2}" "${language}" wanted)
      string(REPLACE "<!-- " "-->" end "${CMAKE_MATCH_1}")
      if(wanted)
        math(EXPR first "${number} + 1")
        list(APPEND lines "<block ${first}>")
      endif()
    endif()
  endforeach()
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# page_text(LINES OUT): the lines of page_blocks as text.
function(page_text lines out)
  list(JOIN lines "\n" text)
  string(REPLACE "<semicolon>" ";" text "${text}")
  string(REPLACE "<end bracket>" "]" text "${text}")
  string(REPLACE "<bracket>" "[" text "${text}")
  string(REPLACE "<backslash>" "\\" text "${text}")
  set(${out} "${text}\n" PARENT_SCOPE)
endfunction()

# page_program(PAGE OUT): the program that all C++ blocks of a page are together, as the value of OUT. The compiler's messages name
# the lines of the page.
function(page_program page out)
  page_blocks(${page} cpp lines)
  list(TRANSFORM lines REPLACE "^<block ([0-9]+)>$" "#line \\1 \"${page}\"")
  page_text("${lines}" program)
  if(NOT program MATCHES "int main")
    message(FATAL_ERROR "${page} has no program")
  endif()
  set(${out} "${program}" PARENT_SCOPE)
endfunction()
