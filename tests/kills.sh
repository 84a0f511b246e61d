#!/usr/bin/env bash
# kills.sh PROGRAM DATA [KILLS]: runs `PROGRAM DATA FOLDER` once undisturbed, then again and again in another folder, each time killed by
# SIGKILL after a random part of the undisturbed time, until there were so many kills and the run has ended. What it prints last and its
# log.csv and batch.weights.h5 must be those of the undisturbed run.
set -euo pipefail
program=$1 data=$2 kills=${3:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/whole"
start=$(date +%s%N)
wanted=$("$program" "$data" "$work/whole" | tail -1)
milliseconds=$((($(date +%s%N) - start) / 1000000))

done_kills=0 round=0
while [ "$done_kills" -lt "$kills" ]; do
  folder=$work/killed$((round++))
  mkdir "$folder"
  while true; do
    "$program" "$data" "$folder" > "$work/out" &
    pid=$!
    if [ "$done_kills" -lt "$kills" ]; then
      sleep "$(awk -v most="$milliseconds" -v seed="$RANDOM" 'BEGIN { printf "%.3f", most / 1000 * (seed % 1000) / 1000 }')"
      if kill -9 "$pid" 2> /dev/null; then done_kills=$((done_kills + 1)); fi
    fi
    if wait "$pid" 2> /dev/null; then break; fi
  done
  got=$(tail -1 "$work/out")
  if [ "$got" != "$wanted" ]; then
    echo "after $done_kills kills the run ended with '$got', wanted '$wanted'" >&2
    exit 1
  fi
  cmp "$work/whole/log.csv" "$folder/log.csv"
  cmp "$work/whole/batch.weights.h5" "$folder/batch.weights.h5"
  rm -rf "$folder"
done
echo "$done_kills kills in $round runs: all ended with $wanted"
