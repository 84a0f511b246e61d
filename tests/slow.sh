#!/usr/bin/env bash
# Runs what takes too long for tests/run.sh: the tests labelled slow, then all tests in a debug build, under AddressSanitizer and
# UndefinedBehaviorSanitizer, and under ThreadSanitizer. Arguments name the parts to run: slow debug asan tsan.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

parts=("$@")
[ $# -gt 0 ] || parts=(slow debug asan tsan)
"$root/tests/run.sh" -N > /dev/null   # installs and builds what they need
"$root/cmake/packages.sh" clang-14 dpkg-dev file lintian libblas-dev liblapack-dev libblis4-openmp libblis4-pthread libblis4-serial
cd "$root"
for part in "${parts[@]}"; do
  if [ "$part" = slow ]; then
    cmake --preset release > /dev/null   # finds clang for fuzzing
    cmake --build --preset release --target killed_run
    ctest --preset release -C Slow -L slow
  else
    cmake --preset "$part"
    cmake --build --preset "$part" --parallel "$(nproc)"
    ctest --preset "$part" --parallel "$(nproc)" -LE consumers
  fi
done
