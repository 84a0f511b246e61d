#include "saving/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/text.hpp"
#include "keratin/check.hpp"
#include "saving/json.hpp"

namespace keratin {

namespace {

constexpr std::size_t length_size = 8;  // bytes: the length of the header
constexpr std::size_t alignment = 8;    // of the first array
// Bytes: room for some ten thousand arrays. Reading it takes some ten times as much memory.
constexpr std::size_t longest_header = 1 << 22;
constexpr std::string_view texts_key = "__metadata__";

struct TypeName {
  std::string_view name;
  Stored type;
};
constexpr TypeName type_names[] = {
    {"BOOL", Stored::boolean}, {"U8", Stored::uint8},      {"I8", Stored::int8},
    {"I16", Stored::int16},    {"U16", Stored::uint16},    {"I32", Stored::int32},
    {"U32", Stored::uint32},   {"I64", Stored::int64},     {"U64", Stored::uint64},
    {"F16", Stored::float16},  {"BF16", Stored::bfloat16}, {"F32", Stored::float32},
    {"F64", Stored::float64}};

std::string_view name_of(DType type) {
  constexpr std::string_view names[] = {"U8", "I32", "I64", "F32", "F64"};
  return names[static_cast<std::size_t>(type)];
}

std::size_t bytes_of(const ArrayView& array) {
  return array.shape().elements() * size_of(array.dtype());
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (std::size_t i = 0; i < length_size; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

Config described(const ArrayView& array, std::size_t begin) {
  Config::List shape;
  for (const std::size_t size : array.shape()) shape.emplace_back(size);
  return Config::Object{{"dtype", std::string(name_of(array.dtype()))},
                        {"shape", std::move(shape)},
                        {"data_offsets", Config::List{begin, begin + bytes_of(array)}}};
}

// Equal names stand next to each other in a sorted list.
template <class List, class Name>
std::string repeated_name(const List& sorted, const Name& name) {
  const auto found =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [&](const auto& a, const auto& b) { return name(a) == name(b); });
  return found == sorted.end() ? "" : name(*found);
}

}  // namespace

std::string build_safetensors(std::string_view where, const NamedArrays& arrays,
                              const SafetensorsTexts& texts) {
  std::vector<const NamedArray*> ordered;
  for (const NamedArray& array : arrays) ordered.push_back(&array);
  const auto name = [](const NamedArray* array) { return array->first; };
  std::sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) { return a->first < b->first; });
  const std::string twice = repeated_name(ordered, name);
  check(twice.empty(), where, "two arrays are named '", twice, "'");
  std::stable_sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) {
    return size_of(a->second.dtype()) > size_of(b->second.dtype());
  });

  Config::Object entries;
  if (!texts.empty()) {
    Config::Object values;
    for (const auto& [key, text] : texts) values.push_back({key, text});
    entries.push_back({std::string(texts_key), std::move(values)});
  }
  std::size_t size = 0;
  for (const NamedArray* array : ordered) {
    check(array->first != texts_key, where, "an array is named '", texts_key, "'");
    entries.push_back({array->first, described(array->second, size)});
    size += bytes_of(array->second);
  }
  std::string header = write_json(entries);
  header.resize((header.size() + alignment - 1) / alignment * alignment, ' ');
  check(header.size() <= longest_header, where, "names and texts take ", header.size(),
        " bytes, wanted at most ", longest_header);

  std::string bytes = little_endian(header.size());
  bytes.reserve(length_size + header.size() + size);
  bytes += header;
  for (const NamedArray* array : ordered)
    bytes.append(static_cast<const char*>(array->second.data()), bytes_of(array->second));
  return bytes;
}

template <class... Parts>
void SafetensorsReader::require(bool ok, const Parts&... parts) const {
  check<std::runtime_error>(ok, where_, name_, ": ", parts...);
}

SafetensorsReader::SafetensorsReader(std::string_view where, std::string name, std::string bytes)
    : where_(where), name_(std::move(name)), bytes_(std::move(bytes)) {
  const Config header = parse_header();
  for (const auto& [key, value] : *header.get_if<Config::Object>()) {
    if (key == texts_key)
      read_texts(value);
    else
      entries_.push_back(described(key, value));
  }
  check_coverage();
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
}

// Finds where the arrays begin, and returns the header, an object.
Config SafetensorsReader::parse_header() {
  require(bytes_.size() >= length_size, "is no .safetensors file: it has ", bytes_.size(),
          " bytes");
  std::uint64_t length = 0;
  for (std::size_t i = length_size; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(bytes_[i]);
  require(length <= bytes_.size() - length_size, "says that its header has ", length,
          " bytes, but only ", bytes_.size() - length_size, " follow");
  require(length <= longest_header, "has a header of ", length, " bytes, wanted at most ",
          longest_header);
  data_offset_ = length_size + static_cast<std::size_t>(length);
  const std::string_view text =
      std::string_view(bytes_).substr(length_size, data_offset_ - length_size);
  require(text.starts_with('{'), "is no .safetensors file: its header does not start with '{'");
  Config header = parse_json(where_, text, name_ + ": its header ");
  return header;
}

// An array as its entry in the header describes it.
SafetensorsReader::Entry SafetensorsReader::described(const std::string& name,
                                                      const Config& description) const {
  const auto damaged = [&](const auto&... parts) {
    require(false, "the header's entry of '", name, "' ", parts...);
  };
  const auto* object = description.get_if<Config::Object>();
  const Config* type_name = description.find("dtype");
  const Config* shape = description.find("shape");
  const Config* offsets = description.find("data_offsets");
  if (!object || object->size() != 3 || !type_name || !shape || !offsets)
    damaged("has not dtype, shape and data_offsets alone");
  const auto* type =
      std::find_if(std::begin(type_names), std::end(type_names),
                   [&](const TypeName& each) { return *type_name == std::string(each.name); });
  if (type == std::end(type_names))
    damaged("has the dtype ", *type_name, ", wanted one of ",
            joined(type_names, [](const TypeName& each) { return std::string(each.name); }));
  const auto sizes_in = [&](const char* key, const Config& value, std::size_t most) {
    const auto* list = value.get_if<Config::List>();
    if (!list || list->size() > most) damaged(key, " is no list of at most ", most, " sizes");
    std::vector<std::size_t> sizes;
    for (const Config& item : *list) {
      const auto* size = item.get_if<std::int64_t>();
      if (!size || *size < 0) damaged("has ", item, " among its ", key, ", wanted a size");
      sizes.push_back(static_cast<std::size_t>(*size));
    }
    return sizes;
  };
  const std::vector<std::size_t> sizes = sizes_in("shape", *shape, Shape::max_rank);
  const std::vector<std::size_t> range = sizes_in("data_offsets", *offsets, 2);
  if (range.size() != 2 || range[0] > range[1] || range[1] > bytes_.size() - data_offset_)
    damaged("has data_offsets ", *offsets, ", which are not in the file");
  std::size_t size = size_of(type->type);
  bool overflows = false;
  for (const std::size_t each : sizes)
    overflows = __builtin_mul_overflow(size, each, &size) || overflows;
  if (overflows || size != range[1] - range[0])
    damaged("says that ", range[1] - range[0], " bytes hold ", type->name, " of shape ", *shape);
  return {name, Shape(sizes), type->type, data_offset_ + range[0], size};
}

void SafetensorsReader::read_texts(const Config& texts) {
  const auto* object = texts.get_if<Config::Object>();
  require(object != nullptr, "'", texts_key, "' is no object of texts");
  for (const auto& [key, value] : *object) {
    const auto* text = value.get_if<std::string>();
    require(text != nullptr, "'", texts_key, "' has ", value, " as '", key, "', wanted a text");
    texts_.emplace(key, *text);
  }
}

void SafetensorsReader::check_coverage() const {
  std::vector<const Entry*> by_place;
  for (const Entry& entry : entries_) by_place.push_back(&entry);
  std::sort(by_place.begin(), by_place.end(), [](auto* a, auto* b) {
    return std::pair(a->offset, a->size) < std::pair(b->offset, b->size);
  });
  std::size_t end = data_offset_;
  for (const Entry* entry : by_place) {
    require(entry->offset == end, "'", entry->name, "' starts at byte ", entry->offset,
            " of the file, wanted ", end, ", where the array before it ends");
    end += entry->size;
  }
  require(end == bytes_.size(), "has ", bytes_.size(), " bytes, but its arrays end after ", end);
}

const SafetensorsReader::Entry* SafetensorsReader::find(std::string_view name) const {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), name,
      [](const Entry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found != entries_.end() && found->name == name ? &*found : nullptr;
}

const SafetensorsReader::Entry& SafetensorsReader::expect(const std::string& name,
                                                          const Shape& shape) const {
  const Entry* entry = find(name);
  require(entry != nullptr, "has no array '", name, "'");
  require(entry->shape == shape, "'", name, "' has shape ", entry->shape, ", wanted ", shape);
  return *entry;
}

Tensor SafetensorsReader::read(const std::string& name, const Shape& expected) const {
  const Entry& entry = expect(name, expected);
  Tensor values = Tensor::uninitialized(expected);
  to_floats({.type = entry.type}, reinterpret_cast<const unsigned char*>(&bytes_[entry.offset]),
            values.size(), values.data());
  return values;
}

std::int64_t SafetensorsReader::read_integer(const std::string& name) const {
  const Entry& entry = expect(name, {});
  require(entry.type == Stored::int64, "'", name, "' is no I64");
  std::int64_t value;
  std::memcpy(&value, &bytes_[entry.offset], sizeof value);
  return value;
}

}  // namespace keratin
