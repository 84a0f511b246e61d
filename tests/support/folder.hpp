#pragma once
// A folder of files that goes with the test.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace keratin::test {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("keratin_test_" + std::to_string(std::rand()) +
                                std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::string file(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
    return *this / name;
  }
  /// What `work()` throws, with the folder's path cut out: "[where] FILE: ...".
  template <class Error = std::runtime_error>
  std::string refusal(const auto& work) const {
    try {
      work();
    } catch (const Error& error) {
      std::string text = error.what();
      const std::string start = path.string() + "/";
      for (std::size_t at; (at = text.find(start)) != std::string::npos;)
        text.erase(at, start.size());
      return text;
    }
    return "no error";
  }
};

}  // namespace keratin::test
