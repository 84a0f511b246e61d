// Files that cannot be written, or that stand where others are written: full disks, folders of
// others, links, devices.
#ifdef KERATIN_HAS_KERAS_FILES

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <keratin/keratin.hpp>
#include <set>

#include "core/files.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using namespace keratin::test;

namespace {

const Tensor x = Tensor::full({4, 3}, 0.5f), y = Tensor::full({4, 2}, 1);

Sequential small() {
  Sequential model({Input({3}), Dense(4, "tanh"), Dense(2)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

// No file can grow beyond so many bytes, as on a full disk.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, on_excess_);
  }

 private:
  rlimit before_;
  void (*on_excess_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

// May not write what belongs to others, also where root runs the tests.
class AsNobody {
 public:
  AsNobody() {
    constexpr uid_t nobody = 65534;
    if (user_ == 0) REQUIRE(seteuid(nobody) == 0);
  }
  ~AsNobody() {
    if (user_ == 0) REQUIRE(seteuid(user_) == 0);
  }

 private:
  uid_t user_ = geteuid();
};

// Names and bytes of all files.
std::set<std::string> contents_of(const Folder& folder) {
  std::set<std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path))
    if (entry.is_regular_file())
      contents.insert(std::filesystem::relative(entry.path(), folder.path).string() + ": " +
                      read_file("test", entry.path().string(), 1 << 20));
  return contents;
}

// All that writes files, and where.
struct Writing {
  const char* path;
  std::function<void(const std::string& path)> write;
};

std::vector<Writing> every_writing() {
  static Sequential model = small();
  static History history = model.fit(x, y, {.verbose = 0});
  const auto fit_with = [](auto make_callback) {
    return [make_callback](const std::string& path) {
      model.fit(x, y, {.epochs = 2, .verbose = 0, .callbacks = {make_callback(path)}});
    };
  };
  using namespace callbacks;
  return {
      {"m.keras", [](const std::string& path) { model.save(path); }},
      {"m.weights.h5", [](const std::string& path) { model.save_weights(path); }},
      {"m.safetensors", [](const std::string& path) { model.save_weights(path); }},
      {"a.npz",
       [](const std::string& path) {
         saving::save_npz(path, {{"x", x}});
       }},
      {"h.csv", [](const std::string& path) { history.to_csv(path); }},
      {"h.json", [](const std::string& path) { history.to_json(path); }},
      {"epoch.keras", fit_with([](const std::string& path) { return ModelCheckpoint(path); })},
      {"batch.weights.h5", fit_with([](const std::string& path) {
         return ModelCheckpoint(path, {.save_weights_only = true, .save_freq = 1});
       })},
      {"new.csv", fit_with([](const std::string& path) { return CSVLogger(path); })},
      {"old.csv",
       fit_with([](const std::string& path) { return CSVLogger(path, {.append = true}); })},
  };
}

}  // namespace

TEST_CASE("what cannot be written leaves the old file and nothing else", "[saving]") {
  const Folder folder;
  const std::vector<Writing> writings = every_writing();
  for (const Writing& writing : writings) folder.file(writing.path, "old\n");
  const std::set<std::string> before = contents_of(folder);
  const auto check_refused = [&](const Writing& writing, const std::string& reason,
                                 const std::string& refusal) {
    CAPTURE(writing.path, refusal);
    CHECK(refusal.ends_with(concat("cannot write '", writing.path, "': ", reason)));
    CHECK(contents_of(folder) == before);
  };
  const auto refusal_of = [&](const Writing& writing) {
    return folder.refusal([&] { writing.write(folder / writing.path); });
  };
  for (const Writing& writing : writings) {
    const std::string refusal = [&] {
      const SizeLimit limit(10);  // of what the test prints, too
      return refusal_of(writing);
    }();
    check_refused(writing, "File too large", refusal);
  }
  std::filesystem::permissions(folder.path, std::filesystem::perms(0555));
  for (const Writing& writing : writings) {
    const AsNobody unprivileged;
    if (writing.path == std::string("old.csv") && geteuid() != 65534) continue;  // it is ours
    check_refused(writing, "Permission denied", refusal_of(writing));
  }
  std::filesystem::permissions(folder.path, std::filesystem::perms(0755));
}

TEST_CASE("training goes on without a backup that cannot be written", "[saving]") {
  const Folder folder;
  Sequential model = small();
  const auto fit = [&](int epochs) {
    return model.fit(x, y,
                     {.batch_size = 1,
                      .epochs = epochs,
                      .verbose = 0,
                      .callbacks = {callbacks::BackupAndRestore(folder / "backup",
                                                                {.delete_checkpoint = false})}});
  };
  fit(1);
  const auto before = contents_of(folder);
  std::vector<std::string> warnings;
  const auto handler = utils::set_warning_handler(
      [&](std::string_view text) { warnings.push_back(std::string(text)); });
  const History history = [&] {
    const SizeLimit limit(100);
    return fit(3);
  }();
  CHECK(history.epoch.size() == 3);
  utils::set_warning_handler(handler);
  REQUIRE(!warnings.empty());
  CHECK(warnings[0].find("training goes on without this backup: [BackupAndRestore] cannot "
                         "write") != std::string::npos);
  CHECK(warnings[0].ends_with("File too large"));
  CHECK(contents_of(folder) == before);
}

TEST_CASE("event files have whole records", "[saving]") {
  const Folder folder;
  Sequential model = small();
  const auto fit = [&] {
    model.fit(x, y,
              {.epochs = 80,
               .verbose = 0,
               .callbacks = {callbacks::TensorBoard({.log_dir = folder / "logs"})}});
  };
  const auto refusal_within = [&](rlim_t bytes) {
    const SizeLimit limit(bytes);
    return folder.refusal(fit);
  };
  CHECK(refusal_within(10).ends_with("File too large"));
  CHECK(contents_of(folder).empty());
  CHECK(refusal_within(6000).ends_with("File too large"));
  const std::set<std::string> files = contents_of(folder);
  REQUIRE(files.size() == 1);
  std::string_view bytes = *files.begin();
  bytes.remove_prefix(bytes.find(": ") + 2);
  int records = 0;
  for (; !bytes.empty(); ++records) {
    std::uint64_t size = 0;
    REQUIRE(bytes.size() > sizeof size);
    std::memcpy(&size, bytes.data(), sizeof size);
    constexpr std::size_t checksums = 8;  // bytes
    REQUIRE(bytes.size() >= sizeof size + size + checksums);
    bytes.remove_prefix(sizeof size + size + checksums);
  }
  CHECK(records > 3);
}

TEST_CASE("files are replaced through links, with their permissions, and devices are not",
          "[saving]") {
  const Folder folder;
  const Sequential model = small();
  folder.file("target.keras", "");
  constexpr auto owner_only = std::filesystem::perms(0600);
  std::filesystem::permissions(folder / "target.keras", owner_only);
  std::filesystem::create_symlink("target.keras", folder / "link.keras");
  model.save(folder / "link.keras");
  CHECK(std::filesystem::is_symlink(folder / "link.keras"));
  CHECK(std::filesystem::status(folder / "target.keras").permissions() == owner_only);
  CHECK_NOTHROW(saving::load_model(folder / "target.keras"));
  const std::string long_name = folder / (std::string(240, 'm') + ".keras");
  model.save(long_name);
  CHECK(std::filesystem::exists(long_name));

  const History history;
  CHECK(message<std::runtime_error>([&] { history.to_csv("/dev/full"); }) ==
        "[history] cannot write '/dev/full': No space left on device");
  history.to_csv("/dev/null");
  CHECK(std::filesystem::is_character_file("/dev/full"));
  CHECK(std::filesystem::is_character_file("/dev/null"));
  Sequential trained = small();
  CHECK(message<std::runtime_error>([&] {
          trained.fit(x, y, {.verbose = 0, .callbacks = {callbacks::CSVLogger("/dev/full")}});
        }) == "[CSVLogger] cannot write '/dev/full': No space left on device");
  CHECK(message<std::runtime_error>([&] {
          trained.fit(
              x, y,
              {.verbose = 0, .callbacks = {callbacks::CSVLogger("/dev/full", {.append = true})}});
        }) == "[CSVLogger] cannot write '/dev/full': No space left on device");
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

#endif
