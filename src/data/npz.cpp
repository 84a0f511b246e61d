// NumPy's .npz format: a ZIP archive with a file NAME.npy for each array.

#include "data/npy.hpp"
#include "data/zip.hpp"
#include "keratin/check.hpp"
#include "keratin/datasets.hpp"

namespace keratin::datasets {

namespace {

constexpr const char* where = "npz";
constexpr std::string_view ending = ".npy";

Array load(const ZipArchive& archive, const ZipMember& member) {
  const std::unique_ptr<Bytes> source = archive.open(member);
  const StoredArray array = read_npy_header(where, *source);
  return read_array(where, *source, array);
}

}  // namespace

std::map<std::string, Array> load_npz(const std::string& path) {
  const ZipArchive archive(path, where);
  std::map<std::string, Array> arrays;
  for (const ZipMember& member : archive.members()) {
    check<std::runtime_error>(member.name.ends_with(ending), where, path, ": member ", member.name,
                              " is no array: its name does not end with .npy");
    arrays.emplace(member.name.substr(0, member.name.size() - ending.size()),
                   load(archive, member));
  }
  return arrays;
}

Array load_npz(const std::string& path, const std::string& name) {
  const ZipArchive archive(path, where);
  return load(archive, archive.member(name + std::string(ending)));
}

}  // namespace keratin::datasets
