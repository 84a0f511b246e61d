#!/usr/bin/env bash
# sources.sh SOURCE COMPILER STANDARD FOLDER: has the compiler look at every source of the library under the warnings of strict projects,
# which are errors, and compile none.
set -euo pipefail
source=$1 compiler=$2 standard=$3 folder=$4

rm -rf "$folder"
cmake -S "$source" -B "$folder" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_STANDARD="$standard" -DKERATIN_WARNINGS=ON \
  -DCMAKE_BUILD_TYPE=Debug -DKERATIN_KERAS_FILES=ON -DKERATIN_ONNX=ON -DKERATIN_BUILD_APPS=OFF -DKERATIN_BUILD_TESTS=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON > /dev/null
protoc --cpp_out="$folder/generated/onnx" --proto_path="$source/src/saving/onnx" onnx.proto
cd "$folder"
sed -nE 's/^ *"command": "(.*)",$/\1 -fsyntax-only/p' compile_commands.json | sed -e 's/\\\\/\\/g' -e 's/\\"/"/g' > commands
[ "$(wc -l < commands)" -gt 200 ]   # what follows would say nothing of no sources
xargs -P "$(nproc)" -d '\n' -n 1 sh -c < commands
