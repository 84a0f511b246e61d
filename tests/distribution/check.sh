#!/usr/bin/env bash
# check.sh FOLDER CASE: runs the programs in FOLDER, built from histories.cpp and troubles.cpp, on several processes of this machine.
set -euo pipefail
folder=$1 case=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

fail() {
  echo "$case: $1" >&2
  head -40 "$work"/* >&2
  exit 1
}

# run PROCESSES NAME PROGRAM ARGUMENTS: its output is in $work/NAME, its exit code in $code. It has to end within a minute.
run() {
  local processes=$1 name=$2
  shift 2
  code=0
  timeout 60 mpirun --oversubscribe -np "$processes" "$@" > "$work/$name" 2>&1 || code=$?
  [ "$code" -ne 124 ] || fail "$name hangs"
  sed -i '/^\[hwloc/d' "$work/$name"   # what Open MPI's library says where /sys is missing, as in a chroot
}

# differs FILE FILE: prints the lines whose last column differs by more than 1e-5 of it.
differs() {
  paste -d '\n' "$1" "$2" | awk '
    NR % 2 { value = $NF; $NF = ""; name = $0; next }
    {
      other = $NF; $NF = ""
      distance = value - other; if (distance < 0) distance = -distance
      size = value < 0 ? -value : value
      if ($0 != name || distance > 1e-5 * size + 1e-9) print name, value, other
    }'
}

case $case in
  histories)   # the same on any number of processes, and without mpirun; and the same bits when repeated
    "$folder/histories" > "$work/1"
    [ "$(wc -l < "$work/1")" -gt 200 ] || fail "the program printed too little"
    for processes in 2 3 4; do
      run $processes $processes "$folder/histories"
      [ $code -eq 0 ] || fail "$processes processes ended with $code"
      [ "$(wc -l < "$work/1")" -eq "$(wc -l < "$work/$processes")" ] || fail "$processes processes printed another number of lines"
      different=$(differs "$work/1" "$work/$processes")
      [ -z "$different" ] || fail "$processes processes differ from one: $different"
    done
    run 3 again "$folder/histories"
    cmp "$work/3" "$work/again" || fail "a repeated run has other bits"
    sed 's/dense loss 1/dense loss 2/' "$work/1" > "$work/changed"   # the comparison finds what it looks for
    [ -n "$(differs "$work/1" "$work/changed")" ] || fail "a difference is not found"
    ;;
  unlike)
    for what in model:layers seed:seed data:data; do
      run 3 "$what" "$folder/troubles" "${what%:*}"
      [ $code -ne 0 ] || fail "$what is not noticed"
      grep -q "the processes do not have the same ${what#*:}: process 0 has .*, process 1 has " "$work/$what" || fail "$what: no message"
    done
    run 3 exit "$folder/troubles" exit
    [ $code -ne 0 ] && grep -q "process 0 has fit, process 1 has the end of the program" "$work/exit" || fail "an early end is not noticed"
    ;;
  failures)
    run 3 exception "$folder/troubles" exception
    [ $code -ne 0 ] && grep -q "process 1 of 3.*a callback has had enough" "$work/exception" || fail "an exception in one process"
    run 3 exceptions "$folder/troubles" exceptions
    [ "$(grep -c "caught: a callback has had enough" "$work/exceptions")" -eq 3 ] || fail "the same exception in all processes"
    run 3 killed "$folder/troubles" killed
    [ $code -ne 0 ] && grep -q "rank 1 .*exited on signal 9" "$work/killed" || fail "a killed process"
    run 3 nan "$folder/troubles" nan
    [ $code -eq 0 ] && grep -q "Batch 0: Invalid loss, terminating training" "$work/nan" && grep -q "not finite: the inputs" "$work/nan" || fail "NaN in one process"
    run 3 stop "$folder/troubles" stop
    [ $code -eq 0 ] && [ "$(sort -u <(grep -o "has [0-9a-f]*$" "$work/stop") | wc -l)" -eq 1 ] || fail "one process stops"
    ;;
  shards)
    run 3 shards "$folder/troubles" shards
    [ $code -eq 0 ] || fail "ended with $code"
    [ "$(sort -u <(grep -o "has [0-9a-f]*$" "$work/shards") | wc -l)" -eq 1 ] || fail "weights differ"
    [ "$(grep -c "^9/9 - " "$work/shards")" -eq 2 ] || fail "an epoch has not 9 steps"
    ;;
  backups)     # killed on three processes, continued on two: as a run that nothing has happened to
    mkdir "$work/whole" "$work/killed"
    run 2 whole.log "$folder/troubles" backup "$work/whole"
    [ $code -eq 0 ] || fail "a run with backups ended with $code"
    run 3 killed.log "$folder/troubles" backup-killed "$work/killed"
    [ $code -ne 0 ] || fail "was not killed"
    run 2 continued.log "$folder/troubles" backup "$work/killed"
    [ $code -eq 0 ] || fail "the continued run ended with $code"
    different=$(differs <(grep "^loss\|^accuracy" "$work/whole.log") <(grep "^loss\|^accuracy" "$work/continued.log"))
    [ -z "$different" ] || fail "the continued run differs: $different"
    [ "$(wc -l < "$work/killed/log.csv")" -eq 4 ] || fail "log.csv has not a header and three lines"
    ;;
  *) fail "there is no such case" ;;
esac
