#!/usr/bin/env bash
# debian.sh FOLDER: makes the Debian packages in FOLDER, has lintian look at them, unpacks them, and builds a program with what
# they hold. Exit code 77 where Debian's tools are missing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$1

for tool in dpkg-deb dpkg-shlibdeps lintian file pkg-config; do
  command -v $tool > /dev/null || { echo "skipped: there is no $tool (Debian packages dpkg-dev, lintian, file, pkgconf)"; exit 77; }
done
rm -rf "$folder/stage" "$folder"/*.deb
cmake --preset deb -S "$root" -B "$folder/build" > /dev/null
cmake --build "$folder/build" --parallel "$(nproc)" > /dev/null
(cd "$folder" && cpack -G DEB --config build/CPackConfig.cmake > /dev/null)

version=$(sed -n 's/#define KERATIN_VERSION "\(.*\)"/\1/p' "$root/include/keratin/version.hpp")
minor=${version%.*}
for package in "libkeratin$minor" libkeratin-dev keratin-tools keratin-data; do
  ls "$folder/${package}_$version-1_"*.deb > /dev/null
done
lintian --allow-root --fail-on error --tag-display-limit 0 "$folder"/*.deb

# The image of the Dockerfile has the libraries that the packages depend on.
for package in $(dpkg-deb -f "$folder/libkeratin${minor}_"*.deb Depends | tr ',' '\n' | awk '{print $1}') \
  $(dpkg-deb -f "$folder/keratin-tools_"*.deb Depends | tr ',' '\n' | awk '{print $1}'); do
  case $package in
    libc6 | libgcc-s1 | libstdc++6 | *keratin*) ;;
    *) grep -qw "$package" "$root/Dockerfile" || { echo "the Dockerfile does not install $package"; exit 1; } ;;
  esac
done

for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder/stage"; done
usr=$folder/stage/usr
library=$(dirname "$(find "$usr" -name 'libkeratin.so')")
[ "$(readlink -f "$library/libkeratin.so")" = "$(realpath "$library/libkeratin.so.$version")" ]
export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library
[ "$(pkg-config --modversion keratin)" = "$version" ]
# shellcheck disable=SC2046  # flags are words
g++ -std=c++20 -fvisibility=hidden "$root/cmake/packaging/conan/test_package/example.cpp" -o "$folder/example" \
  $(pkg-config --cflags --libs keratin)
"$folder/example"
cmake -S "$root/cmake/packaging/conan/test_package" -B "$folder/consumer" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$usr" > /dev/null
cmake --build "$folder/consumer" > /dev/null
"$folder/consumer/example"
unset LD_LIBRARY_PATH
"$usr/bin/mnist_train" --epochs 1   # finds the library and the data beside itself
