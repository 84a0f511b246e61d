#!/usr/bin/env bash
# Trains the MNIST model: installs what is missing, builds the trainer, runs it. Arguments go to the trainer: try --help.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/mnist
targets=(mnist_train)

"$root/cmake/packages.sh" g++ cmake make libxtensor-dev libxtensor-blas-dev libxsimd-dev libopenblas-dev zlib1g-dev libcli11-dev
if [[ " $* " == *" --plot"* ]]; then "$root/cmake/packages.sh" gnuplot-nox; fi
if [[ " $* " == *" --save"* || " $* " == *" --resume"* ]]; then "$root/cmake/packages.sh" libhdf5-dev libzip-dev nlohmann-json3-dev; fi
if [[ " $* " == *" --save"* ]]; then targets+=(keratin_cli); fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building the trainer ..." >&2
if ! { cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
           -DKERATIN_BUILD_APPS=ON -DKERATIN_BUILD_TESTS=OFF &&
       cmake --build "$build" --target "${targets[@]}" --parallel "$(nproc)"; } > "$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
"$build/apps/mnist_train" "$@"
