#include "data/data_folders.hpp"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <system_error>

// cmake/package_data.cpp.in defines it in programs that find_package(keratin) has given a static
// keratin. Elsewhere it is null.
extern "C" [[gnu::weak]] const char* keratin_package_data();

namespace keratin {

namespace {

// The file that this code was loaded from, or "".
std::filesystem::path own_file() {
  Dl_info library = {};
  void* loaded = nullptr;
  if (dladdr1(reinterpret_cast<void*>(&data_folders), &library, &loaded, RTLD_DL_LINKMAP) == 0)
    return {};
  // Of the program itself, the loader knows only the name by which it was called.
  const char* name = static_cast<const link_map*>(loaded)->l_name;
  std::error_code error;
  return std::filesystem::canonical(*name ? name : "/proc/self/exe", error);
}

}  // namespace

std::vector<std::string> data_folders() {
  std::vector<std::string> folders;
  // <prefix>/bin, <prefix>/lib and Debian's <prefix>/lib/x86_64-linux-gnu
  std::filesystem::path place = own_file().parent_path();
  for (int up = 0; up < 2 && place.has_relative_path(); ++up) {
    place = place.parent_path();
    folders.push_back((place / KERATIN_INSTALL_DATA_SUBDIR).string());
  }
  if (keratin_package_data) folders.emplace_back(keratin_package_data());
  folders.emplace_back(KERATIN_SOURCE_DATA_DIR);
  folders.emplace_back(KERATIN_INSTALL_DATA_DIR);
  return folders;
}

}  // namespace keratin
