#include "saving/keras_archive.hpp"

#include <array>
#include <ctime>

#include "core/files.hpp"
#include "data/zip_writer.hpp"
#include "keratin/check.hpp"

#ifdef KERATIN_HAS_KERAS_FILES
#include <zip.h>

#include <algorithm>
#else
#include "saving/without_keras_files.hpp"
#endif

namespace keratin {

namespace {

constexpr const char* metadata_name = "metadata.json";
constexpr const char* config_name = "config.json";
constexpr const char* weights_name = "model.weights.h5";

std::string new_metadata() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d@%H:%M:%S", &parts);
  return concat(R"({"keras_version": "3.15.1", "date_saved": ")", std::string(date), "\"}");
}

ZipWriter::Around around_weights(std::string_view config, std::string_view weights) {
  ZipWriter archive;
  archive.add(metadata_name, new_metadata());
  archive.add(config_name, config);
  return archive.finish_around(weights_name, weights);
}

}  // namespace

std::string build_keras_archive(std::string_view config, std::string_view weights) {
  const ZipWriter::Around around = around_weights(config, weights);
  return concat(around.before, weights, around.after);
}

void write_keras_archive(std::string_view where, const std::string& path, std::string_view config,
                         std::string_view weights) {
  const ZipWriter::Around around = around_weights(config, weights);
  write_file(where, path, std::array<std::string_view, 3>{around.before, weights, around.after});
}

#ifdef KERATIN_HAS_KERAS_FILES

namespace {

constexpr std::uint64_t most_config = std::uint64_t{16} << 20;   // bytes
constexpr std::uint64_t most_metadata = std::uint64_t{1} << 20;  // bytes
constexpr zip_int64_t most_members = 10'000;
constexpr std::size_t most_at_once = 1 << 20;  // bytes read between two checks

std::string reason(zip_error_t* error) {
  std::string text = zip_error_strerror(error);
  zip_error_fini(error);
  return text;
}

// Whether the path stays in the folder that it starts from.
bool is_below(std::string_view path) {
  if (path.starts_with('/') || path.find('\\') != path.npos) return false;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == "..") return false;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return true;
}

struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};

}  // namespace

struct KerasArchive::State {
  std::string where, path;
  zip_t* archive = nullptr;

  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }

  template <class... Parts>
  void require(bool ok, const Parts&... parts) const {
    check<std::runtime_error>(ok, where, path, ": ", parts...);
  }

  /// Members are never written to disk under their names. Nobody has a use for one that leads out
  /// of the archive.
  void check_names() const {
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    require(count <= most_members, "has ", count, " members, wanted at most ", most_members);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
      require(name != nullptr && is_below(name), "has a member with the path '",
              name != nullptr ? std::string(name) : std::string(), "'");
    }
  }

  /// The contents of a member. They are never larger than what the archive says, nor than at_most.
  std::string read(const char* name, std::uint64_t at_most) const {
    zip_stat_t stat;
    zip_stat_init(&stat);
    require(zip_stat(archive, name, ZIP_FL_ENC_RAW, &stat) == 0, "has no member ", name);
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_INDEX | ZIP_STAT_ENCRYPTION_METHOD;
    require((stat.valid & needed) == needed, name, " has no size");
    require(stat.encryption_method == ZIP_EM_NONE, name, " is encrypted");
    require(stat.size <= at_most, name, " has ", stat.size, " bytes, wanted at most ", at_most);
    const std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(archive, stat.index, 0));
    require(member != nullptr, "cannot read ", name, ": ",
            std::string(zip_error_strerror(zip_get_error(archive))));
    std::string bytes;
    while (bytes.size() < stat.size) {
      const std::size_t done = bytes.size();
      bytes.resize(
          done + static_cast<std::size_t>(std::min<std::uint64_t>(stat.size - done, most_at_once)));
      const zip_int64_t got = zip_fread(member.get(), bytes.data() + done, bytes.size() - done);
      require_read(got > 0, member.get(), name);
      bytes.resize(done + static_cast<std::size_t>(got));
    }
    // libzip compares the checksum when it meets the end, which is here.
    char beyond;
    require_read(zip_fread(member.get(), &beyond, 1) == 0, member.get(), name);
    return bytes;
  }

  void require_read(bool ok, zip_file_t* member, const char* name) const {
    if (ok) return;
    zip_error_t* const error = zip_file_get_error(member);
    const bool known = zip_error_code_zip(error) != ZIP_ER_OK;
    require(false, name, " is damaged: ",
            known ? std::string(zip_error_strerror(error)) : "it is not as long as it says");
  }
};

KerasArchive::KerasArchive(std::string_view where, const std::string& path)
    : state_(std::make_unique<State>()) {
  state_->where = where;
  state_->path = path;
  int code = 0;
  state_->archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (state_->archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const bool opened = code != ZIP_ER_NOENT && code != ZIP_ER_OPEN;
    state_->require(false,
                    opened ? "is no .keras archive: " : "cannot be opened: ", reason(&error));
  }
  state_->check_names();
}

KerasArchive::~KerasArchive() = default;
KerasArchive::KerasArchive(KerasArchive&&) noexcept = default;
KerasArchive& KerasArchive::operator=(KerasArchive&&) noexcept = default;

std::string KerasArchive::config() const { return state_->read(config_name, most_config); }

std::string KerasArchive::metadata() const {
  if (zip_name_locate(state_->archive, metadata_name, ZIP_FL_ENC_RAW) < 0) return "{}";
  return state_->read(metadata_name, most_metadata);
}

std::string KerasArchive::weights(std::uint64_t at_most) const {
  return state_->read(weights_name, at_most);
}

#else

struct KerasArchive::State {};
KerasArchive::KerasArchive(std::string_view where, const std::string&) {
  fail_without_keras_files(where);
}
KerasArchive::~KerasArchive() = default;
KerasArchive::KerasArchive(KerasArchive&&) noexcept = default;
KerasArchive& KerasArchive::operator=(KerasArchive&&) noexcept = default;
std::string KerasArchive::config() const { return {}; }
std::string KerasArchive::metadata() const { return {}; }
std::string KerasArchive::weights(std::uint64_t) const { return {}; }

#endif

}  // namespace keratin
