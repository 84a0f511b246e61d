#pragma once
// Ready-made data sets and readers of files, which keep the data in their own type.

#include <map>
#include <string>

#include "keratin/array_view.hpp"

namespace KERATIN_API keratin {
namespace datasets {

/// Reads a file in the IDX format, the one of the original MNIST files, with 1 to 8 axes. A file
/// that is gzipped, whatever its name, is decompressed. Unsigned bytes become uint8; signed bytes,
/// shorts and ints become int32; floats and doubles stay as they are. Throws std::runtime_error for
/// a file that does not exist, is no IDX file, or holds fewer or more bytes than its header
/// promises. Sizes are checked before memory is allocated.
Array load_idx(const std::string& path);

/// Reads an array that numpy.save wrote: booleans (as uint8), integers, and floating-point numbers
/// of at most 64 bits, in either byte order, in C's or Fortran's order of axes (C's in the result),
/// with at most 8 axes. int8, int16 and uint16 become int32; uint32 and uint64 become int64;
/// float16 becomes float32. Throws std::runtime_error for anything else, Python objects above all,
/// and for a file that holds fewer or more bytes than its header promises. Sizes are checked before
/// memory is allocated.
Array load_npy(const std::string& path);

/// Reads the arrays of an archive that numpy.savez or numpy.savez_compressed wrote, by their names;
/// or one of them. Checksums are compared. Throws as load_npy does.
std::map<std::string, Array> load_npz(const std::string& path);
Array load_npz(const std::string& path, const std::string& name);

/// Samples and their labels.
struct Split {
  Array x, y;
};

/// A data set as Keras loads it: samples to train on, and others to test with.
struct TrainTest {
  Split train, test;
};

namespace mnist {

/// 60,000 training and 10,000 test images, uint8 (rows, 28, 28) from 0 to 255, and their labels,
/// uint8 (rows,) from 0 to 9. Reads the four original files (train-images-idx3-ubyte and so on,
/// plain or .gz) in `dir`. Without `dir`, they are searched in $KERATIN_DATA, its subfolder mnist,
/// the share/keratin beside the library or program, that of the installation that was linked, and
/// the source tree that keratin was built from. Throws std::runtime_error naming the file, or all
/// folders that were searched.
TrainTest load_data(const std::string& dir = "");

}  // namespace mnist

namespace fashion_mnist {

/// Zalando's drop-in replacement for MNIST, in files of the same names. Without `dir`, they are
/// searched like MNIST's, in subfolders named fashion-mnist and where Debian's package
/// dataset-fashion-mnist puts them.
TrainTest load_data(const std::string& dir = "");

}  // namespace fashion_mnist

}  // namespace datasets
}  // namespace keratin
