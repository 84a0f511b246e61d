#ifdef KERATIN_HAS_KERAS_FILES

#include <algorithm>
#include <array>
#include <cmath>

#include "saving/hdf5.hpp"

namespace keratin {

namespace {

/// An array that has been found, and what has to be known of it before it is read. H5Tequal with a
/// known type is what makes a damaged type safe.
class OpenArray {
 public:
  OpenArray(const Hdf5Image& image, const std::string& path)
      : image_(image), path_(path), dataset_(image.open(path)) {
    image_.require(dataset_.valid(), "has no ", path);
    image_.require(H5Iget_type(dataset_.get()) == H5I_DATASET, path,
                   " is a group, wanted an array");
  }

  Hdf5Dataset describe() const {
    const Hdf5NumberType& number = type();
    const Hdf5Dataset description{shape(), number.floating};
    const std::size_t item_bytes = H5Tget_size(number.id.get());
    check_storage(item_bytes, item_bytes * description.shape.elements());
    return description;
  }

  /// Reads all values. `memory_type` is that of `values`.
  void read(hid_t memory_type, void* values) const {
    image_.require(H5Dread(dataset_.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0,
                   "is damaged: cannot read ", path_);
  }

 private:
  const Hdf5NumberType& type() const {
    const Id type(H5Dget_type(dataset_.get()), H5Tclose);
    image_.require(type.valid(), "is damaged: cannot tell the type of ", path_);
    for (const Hdf5NumberType& known : image_.types)
      if (H5Tequal(type.get(), known.id.get()) > 0) return known;
    fail<std::runtime_error>(image_.where, image_.name, ": ", path_,
                             " holds values of a type that ",
                             "is not read, wanted floats of 16 to 64 bits or integers of 8 to 64");
  }

  Shape shape() const {
    const Id space(H5Dget_space(dataset_.get()), H5Sclose);
    const H5S_class_t kind = H5Sget_simple_extent_type(space.get());
    image_.require(kind == H5S_SCALAR || kind == H5S_SIMPLE, path_, " has no shape");
    const int rank = H5Sget_simple_extent_ndims(space.get());
    image_.require(rank >= 0 && rank <= static_cast<int>(Shape::max_rank), path_, " has ", rank,
                   " axes, wanted at most ", Shape::max_rank);
    std::array<hsize_t, Shape::max_rank> sizes{};
    image_.require(H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) == rank,
                   "is damaged: cannot tell the shape of ", path_);
    Shape shape;
    std::uint64_t elements = 1;
    for (int axis = 0; axis < rank; ++axis) {
      const hsize_t size = sizes[static_cast<std::size_t>(axis)];
      constexpr std::uint64_t most = std::uint64_t{1} << 48;
      image_.require(size < most && (size == 0 || elements <= most / size), path_,
                     " has a size of ", size, ", which cannot be");
      elements *= size;
      shape.push_back(static_cast<std::size_t>(size));
    }
    return shape;
  }

  // Only what lies in this file, in pieces that are no larger than the array itself.
  void check_storage(std::size_t item_bytes, std::size_t array_bytes) const {
    const Id properties(H5Dget_create_plist(dataset_.get()), H5Pclose);
    image_.require(properties.valid(), "is damaged: cannot tell how ", path_, " is stored");
    image_.require(H5Pget_external_count(properties.get()) == 0, path_,
                   " is stored in another file, which is not read");
    switch (H5Pget_layout(properties.get())) {
      case H5D_COMPACT: break;
      case H5D_CONTIGUOUS:
        image_.require(H5Dget_storage_size(dataset_.get()) <= image_.bytes.size(), path_, " needs ",
                       array_bytes, " bytes, more than the file has");
        break;
      case H5D_CHUNKED: check_chunks(properties.get(), item_bytes, array_bytes); break;
      default:
        image_.require(false, path_, " is put together from other arrays, which is not read");
    }
  }

  void check_chunks(hid_t properties, std::size_t item_bytes, std::size_t array_bytes) const {
    std::array<hsize_t, Shape::max_rank> sizes{};
    const int rank = H5Pget_chunk(properties, sizes.size(), sizes.data());
    image_.require(rank >= 0 && rank <= static_cast<int>(sizes.size()),
                   "is damaged: cannot tell how ", path_, " is stored");
    constexpr double always_allowed = 1 << 20;  // bytes: small arrays may have larger chunks
    double chunk_bytes = static_cast<double>(item_bytes);
    for (int axis = 0; axis < rank; ++axis)
      chunk_bytes *= static_cast<double>(sizes[static_cast<std::size_t>(axis)]);
    image_.require(chunk_bytes <= std::max(always_allowed, static_cast<double>(array_bytes)), path_,
                   " is stored in pieces of ", chunk_bytes, " bytes, although it has only ",
                   array_bytes);
    const int filters = H5Pget_nfilters(properties);
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0, configuration = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned>(i), &flags,
                                                 &values, nullptr, 0, nullptr, &configuration);
      image_.require(filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
                         filter == H5Z_FILTER_FLETCHER32,
                     path_, " is stored by filter ", filter,
                     ", wanted gzip, shuffle or fletcher32");
    }
  }

  const Hdf5Image& image_;
  const std::string& path_;
  Id dataset_;
};

}  // namespace

bool Hdf5Image::has_group(const std::string& path) const {
  const Id object = open(path);
  return object.valid() && H5Iget_type(object.get()) == H5I_GROUP;
}

std::optional<Hdf5Dataset> Hdf5Image::find(const std::string& path) const {
  if (!open(path).valid()) return std::nullopt;
  return OpenArray(*this, path).describe();
}

std::string Hdf5Image::read(const std::string& path, const Shape& expected) const {
  const OpenArray array(*this, path);
  const Hdf5Dataset found = array.describe();
  require(found.shape == expected, path, " has shape ", found.shape, ", wanted ", expected);
  std::string values(expected.elements() * sizeof(float), '\0');
  if (!values.empty()) array.read(H5T_NATIVE_FLOAT, values.data());
  return values;
}

std::int64_t Hdf5Image::read_integer(const std::string& path) const {
  const OpenArray array(*this, path);
  const Hdf5Dataset found = array.describe();
  require(found.shape == Shape{}, path, " has shape ", found.shape, ", wanted one integer");
  if (!found.floating) {
    std::int64_t value = 0;
    array.read(H5T_NATIVE_INT64, &value);
    return value;
  }
  double value = 0;
  array.read(H5T_NATIVE_DOUBLE, &value);
  constexpr double limit = 9223372036854775808.0;  // 2^63
  require(value >= -limit && value < limit && value == std::trunc(value), path, " is ", value,
          ", wanted an integer");
  return static_cast<std::int64_t>(value);
}

}  // namespace keratin

#endif
