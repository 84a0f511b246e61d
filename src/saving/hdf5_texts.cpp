// Attributes of texts.

#ifdef KERATIN_HAS_KERAS_FILES

#include <cstring>

#include "saving/hdf5.hpp"

namespace keratin {

namespace {

constexpr std::size_t most_texts = 1 << 20;

/// The texts of one attribute. HDF5 may crash here.
class Attribute {
 public:
  Attribute(const Hdf5Image& image, hid_t object, const std::string& name)
      : image_(image),
        name_(name),
        attribute_(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose),
        type_(H5Aget_type(attribute_.get()), H5Tclose),
        space_(H5Aget_space(attribute_.get()), H5Sclose) {
    require(attribute_.valid() && type_.valid() && space_.valid(), "is damaged");
  }

  std::vector<std::string> texts() const {
    const hssize_t count = H5Sget_simple_extent_npoints(space_.get());
    if (count == 0) return {};  // h5py writes an empty list as one of numbers
    require(count > 0 && count <= static_cast<hssize_t>(most_texts), "has too many texts");
    require(H5Tget_class(type_.get()) == H5T_STRING, "holds no text");
    const auto size = static_cast<std::size_t>(count);
    return H5Tis_variable_str(type_.get()) > 0 ? variable(size) : fixed(size);
  }

 private:
  void require(bool ok, const char* what) const {
    image_.require(ok, "attribute ", name_, ' ', what);
  }

  void read(void* values) const {
    require(H5Aread(attribute_.get(), type_.get(), values) >= 0, "cannot be read");
  }

  // Each value is a pointer to a text that HDF5 allocates. The process ends before it matters.
  std::vector<std::string> variable(std::size_t count) const {
    std::vector<char*> values(count);
    read(values.data());
    std::vector<std::string> texts;
    for (const char* value : values) texts.emplace_back(value == nullptr ? "" : value);
    return texts;
  }

  // All values have the same size, and shorter texts are filled up.
  std::vector<std::string> fixed(std::size_t count) const {
    const std::size_t size = H5Tget_size(type_.get());
    require(size <= image_.bytes.size() / count, "is larger than the file");
    std::vector<char> values(count * size);
    read(values.data());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      const char* const text = values.data() + i * size;
      texts.emplace_back(text, strnlen(text, size));
    }
    return texts;
  }

  const Hdf5Image& image_;
  const std::string& name_;
  Id attribute_, type_, space_;
};

bool exists(const Hdf5Image& image, hid_t object, const std::string& name) {
  const htri_t found = H5Aexists(object, name.c_str());
  image.require(found >= 0, "is damaged: cannot look for attribute ", name);
  return found > 0;
}

}  // namespace

Hdf5Texts Hdf5Image::read_texts(const Hdf5Attribute& attribute) const {
  const Hdf5Image& image = *this;
  const Id object = image.open(attribute.path);
  if (!object.valid()) return std::nullopt;
  if (exists(image, object.get(), attribute.name))
    return Attribute(image, object.get(), attribute.name).texts();
  std::vector<std::string> all;  // lists of more than 64512 bytes are split
  for (std::size_t part = 0;; ++part) {
    const std::string part_name = concat(attribute.name, part);
    if (!exists(image, object.get(), part_name)) return part == 0 ? Hdf5Texts() : Hdf5Texts(all);
    for (std::string& text : Attribute(image, object.get(), part_name).texts())
      all.push_back(std::move(text));
    image.require(all.size() <= most_texts, "attribute ", attribute.name, " has too many texts");
  }
}

}  // namespace keratin

#endif
