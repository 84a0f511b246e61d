#!/usr/bin/env bash
# run.sh [SECONDS] [csv npy npz png jpeg hdf5 keras legacy safetensors onnx]: fuzzes the readers of files, a minute each by default, under
# AddressSanitizer and UndefinedBehaviorSanitizer. TIMEOUT: the seconds that one input may take, 10. Needs clang++-14, libpng-dev, libjpeg-dev, libhdf5-dev, libzip-dev and nlohmann-json3-dev. New inputs stay in build/fuzz; a crash is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(csv npy npz png jpeg hdf5 keras legacy safetensors onnx)
work=build/fuzz
mkdir -p "$work"
# The readers, and what they need of the rest.
sources=(src/data/{byte_source,csv,stored_array,npy,zip,zip_writer,random_file,image,png,jpeg,resize}.cpp src/core/{array_view,config,shape,tensor,text,files,numbers,huge_pages,flush_denormals}.cpp tests/fuzz/no_kernels.cpp
  src/saving/{child_process,child_rights,hdf5_arrays,hdf5_image,hdf5_reader,hdf5_texts,hdf5_writer,json,keras_archive,legacy_file,safetensors}.cpp)
flags=(-std=c++20 -O1 -g -Iinclude -Isrc -DKERATIN_HAS_PNG -DKERATIN_HAS_JPEG -DKERATIN_HAS_KERAS_FILES -isystem /usr/include/hdf5/serial -fsanitize=address,undefined
  -fno-sanitize-recover=all -ffunction-sections -fdata-sections)
objects=()
for source in "${sources[@]}"; do
  object=$work/$(basename "$source" .cpp).o
  [ "$object" -nt "$source" ] || clang++-14 "${flags[@]}" -fsanitize=fuzzer-no-link -c "$source" -o "$object"
  objects+=("$object")
done

# The reader of ONNX files makes layers: all of a built library stands behind it, not instrumented. LIBRARY names it.
library=${LIBRARY:-build/release/libkeratin.a}
onnx_libraries=("$library" -lprotobuf-lite -lopenblas -llapack -ldl)
onnx_objects=()
build_onnx() {
  [ -e "$library" ] || { echo "there is no $library: build keratin first, or name it as LIBRARY" >&2; exit 1; }
  mkdir -p "$work/onnx_objects"
  protoc --cpp_out="$work/onnx_objects" --proto_path=src/saving/onnx src/saving/onnx/onnx.proto
  local source object
  for source in src/saving/onnx/*.cpp "$work/onnx_objects/onnx.pb.cc"; do
    object=$work/onnx_objects/$(basename "$source").o
    [ "$object" -nt "$source" ] || clang++-14 "${flags[@]}" -isystem "$work/onnx_objects" -w \
      -fsanitize=fuzzer-no-link -c "$source" -o "$object"
    onnx_objects+=("$object")
  done
}

for target in "${targets[@]}"; do
  [ "$target" != onnx ] || build_onnx
  linked=("${objects[@]}")
  case $target in
    onnx)
      main="tests/fuzz/fuzz_onnx.cpp"
      define="-isystem $work/onnx_objects"
      linked=("${onnx_objects[@]}" "${onnx_libraries[@]}")
      ;;
    png | jpeg) main=tests/fuzz/fuzz_image.cpp; define=-DFORMAT=decode_$target ;;
    *) main=tests/fuzz/fuzz_$target.cpp; define= ;;
  esac
  clang++-14 "${flags[@]}" $define -fsanitize=fuzzer "$main" "${linked[@]}" -Wl,--gc-sections -lpng -ljpeg -L/usr/lib/$(gcc -dumpmachine)/hdf5/serial -lhdf5 -lzip -lz -lpthread -o "$work/$target"
  mkdir -p "$work/corpus_$target"
  options=(-max_len=8192)
  case $target in
    csv) seeds=(tests/fuzz/seeds/csv) ;;
    onnx) seeds=(tests/onnx_files) ;;
    hdf5 | keras | legacy)
      seeds=(tests/fuzz/seeds/$target)
      # HDF5 asks for memory of any size before it sees that the file has not as much, and does not free everything when it refuses one.
      export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0:quarantine_size_mb=16
      options=(-max_len=32768 -dict=tests/fuzz/hdf5.dict -malloc_limit_mb=1000000000)
      ;;
    npy) seeds=(tests/arrays) ;;
    npz) seeds=(tests/arrays) ;;
    safetensors)
      seeds=(tests/arrays)
      options=(-max_len=4096 -dict=tests/fuzz/safetensors.dict)
      ;;
    *) seeds=(tests/images/cats tests/images/dogs) ;;
  esac
  echo "== $target, $seconds s"
  "$work/$target" -max_total_time="$seconds" -rss_limit_mb=1024 -malloc_limit_mb=512 -timeout="${TIMEOUT:-10}" "${options[@]}" -print_final_stats=1 \
    -artifact_prefix="$work/$target-" "$work/corpus_$target" "${seeds[@]}" > "$work/$target.log" 2>&1 || { tail -40 "$work/$target.log"; exit 1; }
  grep -E "stat::number_of_executed_units|stat::peak_rss_mb" "$work/$target.log"
done
