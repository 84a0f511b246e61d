#pragma once
// PRIVATE: the .safetensors format (github.com/huggingface/safetensors): arrays by name behind a
// header in JSON, and texts.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/stored_array.hpp"
#include "keratin/saving.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

/// Texts by name. In the file they are the header's entry "__metadata__".
using SafetensorsTexts = std::map<std::string, std::string>;

/// The bytes of a file: the arrays in their own types, the widest types first, so that each array
/// is aligned. Throws std::invalid_argument "[where] ..." for two arrays of the same name, for one
/// named "__metadata__", and for names and texts of more than 4 MB.
std::string build_safetensors(std::string_view where, const NamedArrays& arrays,
                              const SafetensorsTexts& texts = {});

/// Reads a file that may be damaged or hostile: the header must describe arrays that cover the rest
/// of the file exactly, without holes, overlaps and bytes left over. Errors are std::runtime_error
/// "[where] name: ...".
class SafetensorsReader {
 public:
  struct Entry {
    std::string name;
    Shape shape;
    Stored type;
    std::size_t offset, size;  // of its values in the file, in bytes
  };

  /// The file's contents; `name` is what errors call it. Throws if the header is damaged, describes
  /// an array of a type of less than eight bits or more than Shape::max_rank axes, or two of the
  /// same name.
  SafetensorsReader(std::string_view where, std::string name, std::string bytes);

  const std::vector<Entry>& entries() const { return entries_; }  // in the order of their names
  const SafetensorsTexts& texts() const { return texts_; }

  /// The array of that name, nullptr if there is none.
  const Entry* find(std::string_view name) const;
  /// Its values as float32. Throws, before it allocates anything, unless it has the expected shape.
  Tensor read(const std::string& name, const Shape& expected) const;
  /// The value of an int64 array of shape ().
  std::int64_t read_integer(const std::string& name) const;

 private:
  template <class... Parts>
  void require(bool ok, const Parts&... parts) const;
  Config parse_header();
  Entry described(const std::string& name, const Config& description) const;
  void read_texts(const Config& texts);
  void check_coverage() const;
  const Entry& expect(const std::string& name, const Shape& shape) const;

  std::string where_, name_, bytes_;
  std::size_t data_offset_ = 0;  // of the first array in the file
  std::vector<Entry> entries_;
  SafetensorsTexts texts_;
};

}  // namespace keratin
