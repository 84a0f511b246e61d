#include "keratin/callbacks/model_checkpoint.hpp"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "callbacks/path_fields.hpp"
#include "core/background_task.hpp"
#include "core/exact_numbers.hpp"
#include "core/numbers.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"
#include "saving/model_file.hpp"

namespace keratin::callbacks {

namespace {

constexpr const char* checkpoint = "ModelCheckpoint";

void make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  check<std::runtime_error>(!error, checkpoint, "cannot make the folder '", folder.string(),
                            "': ", error.message());
}

}  // namespace

// The file that is being written, if there is one.
class ModelCheckpoint::Writer {
 public:
  ModelFile file;

  /// Writes `file`, which must not change until finish(), which then prints `report`.
  void start(std::string report) {
    report_ = std::move(report);
    at_work_ = true;
    task_.start([this] { file.write(); });
  }
  bool is_done() const { return at_work_ && task_.is_idle(); }
  void finish() {
    if (!std::exchange(at_work_, false)) return;
    task_.finish();
    std::printf("%s", report_.c_str());
  }

 private:
  std::string report_;
  bool at_work_ = false;  // nobody has asked yet how it ended
  BackgroundTask task_;   // the last member: it uses the others
};

ModelCheckpoint::ModelCheckpoint(std::string path, ModelCheckpointOptions options)
    : path_(std::move(path)),
      options_(std::move(options)),
      monitor_(checkpoint, options_.monitor, options_.mode, /*min_delta=*/0),
      best_(options_.initial_value_threshold) {
  if (options_.save_weights_only)
    check(path_.ends_with(".weights.h5") || path_.ends_with(".safetensors"), checkpoint,
          "got the path '", path_,
          "', with save_weights_only wanted one that ends in .weights.h5 or .safetensors");
  else
    check(path_.ends_with(".keras"), checkpoint, "got the path '", path_,
          "', wanted one that ends in .keras, or save_weights_only");
  for (const PathPart& part : parse_path(checkpoint, path_))
    check(part.field != "batch" || !options_.save_freq.each_epoch(), checkpoint, "the path '",
          path_, "' has the field 'batch', which needs a save_freq in batches");
}

ModelCheckpoint::ModelCheckpoint(ModelCheckpoint&&) noexcept = default;
ModelCheckpoint::~ModelCheckpoint() = default;

void ModelCheckpoint::on_epoch_begin(int epoch, Logs&) { epoch_ = epoch; }

void ModelCheckpoint::on_train_batch_end(int batch, Logs& logs) {
  if (writer_ && writer_->is_done()) finish();
  if (options_.save_freq.each_epoch() || ++batches_ < options_.save_freq.batches()) return;
  batches_ = 0;
  save(epoch_, batch, logs);
}

void ModelCheckpoint::on_epoch_end(int epoch, Logs& logs) {
  if (options_.save_freq.each_epoch()) save(epoch, std::nullopt, logs);
  finish();
}

void ModelCheckpoint::on_train_end(Logs&) { finish(); }

void ModelCheckpoint::detached() {
  try {
    finish();  // an exception has ended the fit
  } catch (const std::exception& error) {
    warn(checkpoint, error.what());
  }
  writer_.reset();
}

void ModelCheckpoint::finish() const {
  if (writer_) writer_->finish();
}

void ModelCheckpoint::save(int epoch, std::optional<int> batch, const Logs& logs) {
  finish();
  if (batch) ++*batch;
  const std::string path = fill_path(checkpoint, path_, epoch + 1, batch, logs);
  if (!wants_to_save(epoch, logs, path)) return;
  make_folder_of(path);
  if (!writer_) writer_ = std::make_unique<Writer>();
  if (options_.save_weights_only)
    writer_->file.take_weights(model(), path);
  else
    writer_->file.take(model(), path);
  const std::string report =
      concat("\nEpoch ", epoch + 1, ": finished saving model to ", path, '\n');
  writer_->start(options_.verbose > 0 ? report : "");
}

bool ModelCheckpoint::wants_to_save(int epoch, const Logs& logs, const std::string& path) {
  const auto say = [&](const auto&... parts) {
    if (options_.verbose > 0)
      std::printf("\n%s\n", concat("Epoch ", epoch + 1, ": ", parts...).c_str());
  };
  if (!options_.save_best_only) {
    say("saving model to ", path);
    return true;
  }
  monitor_.set_direction(model());
  const std::optional<double> value = monitor_.value(logs);
  if (!value) return true;
  const std::string best = best_ ? fixed(*best_, 5) : "None";
  if (!monitor_.improves(*value, best_)) {
    say(options_.monitor, " did not improve from ", best);
    return false;
  }
  say(options_.monitor, " improved from ", best, " to ", fixed(*value, 5), ", saving model to ",
      path);
  best_ = value;
  return true;
}

CallbackState ModelCheckpoint::get_state() const {
  finish();  // a run that goes on from here does not write that file again
  return {Config::Object{
      {"epoch", epoch_}, {"batches", batches_}, {"best", best_ ? exact_number(*best_) : Config()}}};
}

void ModelCheckpoint::set_state(const CallbackState& state) {
  const StateReader values(checkpoint, state.values);
  epoch_ = values.integer("epoch");
  batches_ = values.integer("batches");
  best_ = values.optional_number("best");
}

}  // namespace keratin::callbacks
