#include "keratin/callbacks/backup_and_restore.hpp"

#include <filesystem>
#include <utility>

#include "core/background_task.hpp"
#include "core/exact_numbers.hpp"
#include "core/files.hpp"
#include "core/replicas.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"
#include "model/training_state.hpp"
#include "saving/json.hpp"
#include "saving/safetensors.hpp"

namespace keratin::callbacks {

namespace {

constexpr const char* where = "BackupAndRestore";
constexpr const char* file_name = "training_state.safetensors";
constexpr const char* values_key = "training_state";  // of the text that has all but the tensors

void write_state(const std::string& path, const TrainingState& state) {
  NamedArrays arrays;
  for (const auto& [name, tensor] : state.tensors) arrays.push_back({name, ArrayView(tensor)});
  write_file(where, path,
             build_safetensors(where, arrays, {{values_key, write_json(state.values)}}));
}

// What the first process has read, for all.
void share(Replicas& processes, std::string& bytes) {
  std::uint64_t size = bytes.size();
  processes.broadcast({reinterpret_cast<char*>(&size), sizeof size});
  bytes.resize(size);
  processes.broadcast(bytes);
}

// What a killed run was writing.
void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".part") std::filesystem::remove(entry.path(), ignored);
}

}  // namespace

BackupAndRestore::BackupAndRestore(std::string backup_dir, BackupAndRestoreOptions options)
    : folder_(std::move(backup_dir)), options_(std::move(options)) {
  check(!folder_.empty(), where, "got an empty name for its folder");
}

BackupAndRestore::BackupAndRestore(BackupAndRestore&&) noexcept = default;
BackupAndRestore::~BackupAndRestore() = default;

std::string BackupAndRestore::file() const {
  return (std::filesystem::path(folder_) / file_name).string();
}

void BackupAndRestore::on_train_begin(Logs&) {
  batches_ = 0;
  keeps_ = false;
  if (!is_first_process()) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  check<std::runtime_error>(!error, where, "cannot make the folder '", folder_,
                            "': ", error.message());
  remove_unfinished(folder_);
}

void BackupAndRestore::on_train_batch_end(int, Logs&) { ++batches_; }

bool BackupAndRestore::is_due_after_step() {
  if (options_.save_freq.each_epoch() || batches_ < options_.save_freq.batches()) return false;
  batches_ = 0;
  return true;
}

void BackupAndRestore::on_train_end(Logs&) {
  writer_.reset();  // once all is written
  if (keeps_ || !options_.delete_checkpoint || !is_first_process()) return;
  std::error_code ignored;
  std::filesystem::remove(file(), ignored);
  std::filesystem::remove(folder_, ignored);  // unless there is something else in it
}

void BackupAndRestore::detached() { writer_.reset(); }

CallbackState BackupAndRestore::get_state() const {
  return {Config::Object{{"batches", batches_}}};
}

void BackupAndRestore::set_state(const CallbackState& state) {
  batches_ = StateReader(where, state.values).long_integer("batches");
}

void BackupAndRestore::save(TrainingState state) {
  if (!writer_) writer_ = std::make_unique<BackgroundTask>();
  writer_->start([path = file(), state = std::move(state)] {
    try {
      write_state(path, state);
    } catch (const std::exception& error) {
      warn(where, "training goes on without this backup: ", error.what());
    }
  });
}

std::optional<TrainingState> BackupAndRestore::load() const {
  parse_json(where, "{}");  // fails now, not when there is something to resume, if it cannot
  const std::string path = file();
  std::string bytes;
  if (is_first_process() && std::filesystem::exists(path)) {
    std::uint64_t at_most = 64 << 20;
    for (const Variable* variable : model().variables())
      at_most += variable->value.size() * sizeof(float) * 16;
    bytes = read_file(where, path, at_most);
  }
  if (Replicas* const processes = replicas()) share(*processes, bytes);
  if (bytes.empty()) return std::nullopt;
  const SafetensorsReader reader(where, path, std::move(bytes));
  const auto text = reader.texts().find(values_key);
  check<std::runtime_error>(text != reader.texts().end(), where, "'", path,
                            "' is no backup of a training run");
  TrainingState state{parse_json(where, text->second)};
  for (const SafetensorsReader::Entry& entry : reader.entries())
    state.tensors[entry.name] = reader.read(entry.name, entry.shape);
  return state;
}

}  // namespace keratin::callbacks
