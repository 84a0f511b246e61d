// saving::save_npz: NumPy's .npz format, a ZIP archive with a file NAME.npy for each array.
#include <set>

#include "core/files.hpp"
#include "data/npy.hpp"
#include "data/zip_writer.hpp"
#include "keratin/check.hpp"
#include "keratin/saving.hpp"

namespace keratin::saving {

void save_npz(const std::string& path, const NamedArrays& arrays) {
  constexpr const char* where = "save_npz";
  constexpr std::size_t longest_name = 60000;  // bytes; a ZIP archive can have a little more
  ZipWriter archive;
  std::set<std::string> names;
  for (const auto& [name, array] : arrays) {
    check(!name.empty() && name.size() <= longest_name, where, "a name has ", name.size(),
          " bytes, wanted 1 to ", longest_name);
    check(names.insert(name).second, where, "two arrays are named '", name, "'");
    check(array.given(), where, "the array '", name, "' is not given");
    archive.add(name + ".npy", write_npy(array));
  }
  write_file(where, path, archive.finish());
}

}  // namespace keratin::saving
