#!/usr/bin/env bash
# completion.sh PROGRAM FOLDER: what bash completes, and that the manual page has every option of --help.
set -euo pipefail
program=$1
failed=0
source "$2/completion/keratin.bash"

completes() {   # completes WANTED WORD...: the words that complete the last one
  local wanted=$1
  shift
  COMP_WORDS=("$program" "$@") COMP_CWORD=$# COMPREPLY=()
  _keratin || true
  [ "${COMPREPLY[*]}" = "$wanted" ] || { echo "'$*' is completed to '${COMPREPLY[*]}', wanted '$wanted'" >&2; failed=1; }
}
commands=$("$program" 2>&1 | sed 's/.*wanted one of \(.*\) (.*/\1/; s/,//g' || true)
completes "$commands --help --version" ""
completes "evaluate" ev
completes "--help --output --title" plot h.csv --
completes "--loss" evaluate m.keras --lo
completes "" convert m

for command in "" $commands; do
  for option in $("$program" $command --help | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
    grep -qF -- "${option//-/\\-}" "$2/keratin.1" || { echo "keratin.1 lacks $option of '$command'" >&2; failed=1; }
  done
done
exit $failed
