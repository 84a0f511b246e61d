#!/usr/bin/env bash
# conan.sh FOLDER: makes the Conan package in a Conan home of its own, and builds and runs a program with it. Exit code 77 without Conan 2.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

case $(conan --version 2> /dev/null) in
  "Conan version 2."*) ;;
  *) echo "skipped: there is no Conan 2 (python3 -m pip install conan)"; exit 77 ;;
esac
rm -rf "$1"
mkdir -p "$1"
export CONAN_HOME=$1/home
conan profile detect > /dev/null 2>&1
conan create "$root/cmake/packaging/conan" --no-remote -c tools.cmake.cmake_layout:test_folder="$1/test"
