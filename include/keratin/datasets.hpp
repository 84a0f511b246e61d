#pragma once
// Data sets: readers that keep the data in their own type.

#include <string>

#include "keratin/array_view.hpp"

namespace keratin::datasets {

/// Reads a file in the IDX format, plain or gzipped (told apart by its content): unsigned bytes as
/// uint8, signed bytes and shorts as int32, ints as int32, floats and doubles as they are; any
/// number of axes from 1 to 8. Throws std::runtime_error for a file that is not there, is no IDX
/// file, or holds fewer or more bytes than its header says; sizes are checked before memory is
/// taken.
Array load_idx(const std::string& path);

/// Samples and their labels.
struct Split {
  Array x, y;
};

struct TrainTest {
  Split train, test;
};

namespace mnist {

/// 60,000 training and 10,000 test images, uint8 (rows, 28, 28) from 0 to 255, and their labels,
/// uint8 (rows) from 0 to 9. Reads the four original files (train-images-idx3-ubyte, ..., plain or
/// .gz) in `dir`. Without one it looks in $KERATIN_DATA, in its subfolder mnist, in the source tree
/// that keratin was built from, and in the installed share/keratin. Throws std::runtime_error
/// naming the file, or every place looked in.
TrainTest load_data(const std::string& dir = "");

}  // namespace mnist

namespace fashion_mnist {

/// Zalando's drop-in replacement for MNIST, in the same four files. Without `dir` it looks in
/// $KERATIN_DATA/fashion-mnist and where Debian's package dataset-fashion-mnist puts it.
TrainTest load_data(const std::string& dir = "");

}  // namespace fashion_mnist

}  // namespace keratin::datasets
