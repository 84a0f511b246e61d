#pragma once
// PRIVATE: reads and writes HDF5 files as Keras writes them, in memory: groups and datasets of
// numbers. Without KERATIN_KERAS_FILES both constructors throw.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/shape.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

/// What a file says about an array.
struct Hdf5Dataset {
  Shape shape;
  bool floating = true;  // false: integers
};

/// Where a text is: the attribute `name` of the object at `path`.
struct Hdf5Attribute {
  std::string path, name;
};
/// A text or a list of texts; nothing where there is no such attribute.
using Hdf5Texts = std::optional<std::vector<std::string>>;

/// Reads a file that may be damaged or hostile. HDF5 may crash or hang on such files, so that a
/// child process does it (child_process.hpp), which ends with the reader; a crash becomes an error.
/// There, too, only this is done: known paths are followed, link by link; nothing is listed; type,
/// shape and storage are checked before values are read. Paths are names joined by '/'
/// ("layers/dense/vars/0"). Errors are std::runtime_error "[where] name: ...".
///
/// HDF5 is not thread-safe: while a reader is made or a writer works, a program that calls HDF5
/// itself must not do so in another thread.
class Hdf5Reader {
 public:
  /// The file's contents; `name` is what errors call it. Throws if it is no HDF5 file.
  Hdf5Reader(std::string_view where, std::string name, std::string bytes);
  ~Hdf5Reader();
  Hdf5Reader(Hdf5Reader&&) noexcept;
  Hdf5Reader& operator=(Hdf5Reader&&) noexcept;

  bool has_group(const std::string& path) const;
  /// The array at `path`, if there is anything there. Throws if that is no array of numbers (floats
  /// of 16 to 64 bits, integers of 8 to 64), has more than Shape::max_rank axes, is not stored in
  /// the file itself, or by a filter other than gzip, shuffle and fletcher32.
  std::optional<Hdf5Dataset> find(const std::string& path) const;
  /// The values, as float32. Throws unless the array has the expected shape.
  Tensor read(const std::string& path, const Shape& expected) const;
  /// The value of an array of shape (), of integers or integral floats.
  std::int64_t read_integer(const std::string& path) const;
  /// The texts of attributes, also of lists that are split into name0, name1, ... Everything
  /// damaged that HDF5 may crash or hang on becomes an error: a child process reads them
  /// (child_process.hpp).
  std::vector<Hdf5Texts> read_texts(const std::vector<Hdf5Attribute>& attributes) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes what h5py's defaults give: superblock 0, contiguous arrays, no times. Groups on the way
/// to a path are made as needed. Throws std::logic_error for a path that exists already.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::string_view where);
  ~Hdf5Writer();
  Hdf5Writer(Hdf5Writer&&) noexcept;
  Hdf5Writer& operator=(Hdf5Writer&&) noexcept;

  /// An object of Keras: the group `path` (empty: the root) and in it "vars", whose attribute
  /// "name" is the object's own name.
  void add_object(const std::string& path, const std::string& name);
  /// Writes an array, of float32 or of one integer of shape (), little-endian as all of Keras's.
  /// Returns where its values begin in the file: a byte of finish(), if there are any.
  std::size_t write(const std::string& path, const Tensor& values);
  std::size_t write_integer(const std::string& path, std::int64_t value);
  /// The file's bytes. Nothing can be written after it.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keratin
