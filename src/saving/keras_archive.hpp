#pragma once
// PRIVATE: the .keras file, a ZIP archive of metadata.json, config.json and model.weights.h5.
// Without KERATIN_KERAS_FILES the reader throws.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace keratin {

/// Reads an archive that may be damaged or hostile. Its members may be stored, or compressed by
/// deflate, bzip2 or lzma, in any order; others are ignored. Errors are std::runtime_error
/// "[where] path: ...": for what is no archive, for one with something around it, for two members
/// of one name, for paths that lead out of the archive, for encrypted members, and for wrong sizes
/// and checksums.
class KerasArchive {
 public:
  KerasArchive(std::string_view where, const std::string& path);
  ~KerasArchive();
  KerasArchive(KerasArchive&&) noexcept;
  KerasArchive& operator=(KerasArchive&&) noexcept;

  /// The text of config.json. Throws if it is larger than 16 MiB.
  std::string config() const;
  /// The text of metadata.json, "{}" without one. Throws if it is larger than 1 MiB.
  std::string metadata() const;
  /// The bytes of model.weights.h5. Throws, before it allocates anything, if there are more than
  /// `at_most`.
  std::string weights(std::uint64_t at_most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The bytes of an archive as Keras writes it: stored members, dated 1980-01-01, and in
/// metadata.json the version of Keras whose format this is and the time of day.
std::string build_keras_archive(std::string_view config, std::string_view weights);
/// Writes the same to a file, as write_file() does, without a copy of the weights.
void write_keras_archive(std::string_view where, const std::string& path, std::string_view config,
                         std::string_view weights);

}  // namespace keratin
