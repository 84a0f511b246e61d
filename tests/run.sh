#!/usr/bin/env bash
# Runs every test: installs what is missing, builds, and hands over to ctest. Arguments go to ctest (-R NAME, -V, ...).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/cmake/packages.sh" g++ cmake make libxtensor-dev libxtensor-blas-dev libxsimd-dev libopenblas-dev libopenblas0-openmp libopenblas0-serial zlib1g-dev libpng-dev libjpeg-dev libhdf5-dev libzip-dev nlohmann-json3-dev libprotobuf-dev protobuf-compiler libcli11-dev catch2 clang-format-14 gnuplot-nox libopenmpi-dev openmpi-bin pkgconf
cd "$root"
cmake --preset release -DKERATIN_MPI=ON
cmake --build --preset release --parallel "$(nproc)"
ctest --preset release --parallel "$(nproc)" "$@"
