#include "keratin/callbacks/model_checkpoint.hpp"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "callbacks/path_fields.hpp"
#include "core/exact_numbers.hpp"
#include "core/numbers.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

namespace {

constexpr const char* where = "ModelCheckpoint";

void make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  check<std::runtime_error>(!error, where, "cannot make the folder '", folder.string(),
                            "': ", error.message());
}

}  // namespace

ModelCheckpoint::ModelCheckpoint(std::string path, ModelCheckpointOptions options)
    : path_(std::move(path)),
      options_(std::move(options)),
      monitor_(where, options_.monitor, options_.mode, /*min_delta=*/0),
      best_(options_.initial_value_threshold) {
  if (options_.save_weights_only)
    check(path_.ends_with(".weights.h5") || path_.ends_with(".safetensors"), where,
          "got the path '", path_,
          "', with save_weights_only wanted one that ends in .weights.h5 or .safetensors");
  else
    check(path_.ends_with(".keras"), where, "got the path '", path_,
          "', wanted one that ends in .keras, or save_weights_only");
  for (const PathPart& part : parse_path(where, path_))
    check(part.field != "batch" || !options_.save_freq.each_epoch(), where, "the path '", path_,
          "' has the field 'batch', which needs a save_freq in batches");
}

void ModelCheckpoint::on_epoch_begin(int epoch, Logs&) { epoch_ = epoch; }

void ModelCheckpoint::on_train_batch_end(int batch, Logs& logs) {
  if (options_.save_freq.each_epoch() || ++batches_ < options_.save_freq.batches()) return;
  batches_ = 0;
  save(epoch_, batch, logs);
}

void ModelCheckpoint::on_epoch_end(int epoch, Logs& logs) {
  if (options_.save_freq.each_epoch()) save(epoch, std::nullopt, logs);
}

void ModelCheckpoint::save(int epoch, std::optional<int> batch, const Logs& logs) {
  if (batch) ++*batch;
  const std::string path = fill_path(where, path_, epoch + 1, batch, logs);
  if (!wants_to_save(epoch, logs, path)) return;
  make_folder_of(path);
  if (options_.save_weights_only)
    model().save_weights(path);
  else
    model().save(path);
  if (options_.verbose > 0)
    std::printf("\nEpoch %d: finished saving model to %s\n", epoch + 1, path.c_str());
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
  return {Config::Object{
      {"epoch", epoch_}, {"batches", batches_}, {"best", best_ ? exact_number(*best_) : Config()}}};
}

void ModelCheckpoint::set_state(const CallbackState& state) {
  const StateReader values(where, state.values);
  epoch_ = values.integer("epoch");
  batches_ = values.integer("batches");
  best_ = values.optional_number("best");
}

}  // namespace keratin::callbacks
