#include "keratin/callbacks/tensorboard.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "callbacks/event_file.hpp"
#include "callbacks/learning_rate.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"
#include "keratin/sequential.hpp"

namespace keratin::callbacks {

namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

UpdateFreq::UpdateFreq(const std::string& word) : batches_(word == "batch") {
  check(word == "epoch" || word == "batch", "TensorBoard", "update_freq is '", word,
        "', wanted 'epoch', 'batch' or a number of batches");
}

UpdateFreq::UpdateFreq(int batches) : batches_(batches) {
  check(batches >= 1, "TensorBoard", "update_freq is ", batches, ", wanted 1 or more");
}

TensorBoard::TensorBoard(TensorBoardOptions options) : options_(std::move(options)) {
  check(options_.histogram_freq >= 0, "TensorBoard", "histogram_freq is ", options_.histogram_freq,
        ", wanted 0 or more");
}
TensorBoard::TensorBoard(TensorBoard&&) noexcept = default;
TensorBoard::~TensorBoard() = default;

void TensorBoard::attached() { ++attached_calls_; }

void TensorBoard::detached() {
  if (--attached_calls_ > 0) return;
  train_.reset();
  validation_.reset();
}

EventFile& TensorBoard::open(std::unique_ptr<EventFile>& file, const char* folder) {
  if (!file) file = std::make_unique<EventFile>("TensorBoard", options_.log_dir + '/' + folder);
  return *file;
}

double TensorBoard::steps_per_second() const {
  const long steps = model().optimizer().iterations() - iterations_before_;
  return static_cast<double>(steps) / (seconds_now() - epoch_start_);
}

void TensorBoard::on_train_begin(Logs&) {
  batch_ = 0;
  const bool first = !train_;
  open(train_, "train");
  if (first && options_.write_graph && dynamic_cast<const Sequential*>(&model())) write_graph();
}

// A layer that cannot be described is no reason not to train.
void TensorBoard::write_graph() {
  try {
    train_->add_graph("keras", model().to_json());
  } catch (const std::exception& error) {
    warn("TensorBoard", "leaves out the graph of the model: ", std::string_view(error.what()));
    return;
  }
  train_->flush();
}

void TensorBoard::on_train_batch_begin(int, Logs&) {
  ++batch_;
  if (options_.write_steps_per_second) batch_start_ = seconds_now();
}

void TensorBoard::on_train_batch_end(int, Logs& logs) {
  if (!options_.update_freq.due(batch_)) return;
  if (options_.write_steps_per_second)
    train_->add_scalar("batch_steps_per_second", 1 / (seconds_now() - batch_start_), batch_);
  for (const auto& [name, value] : logs) train_->add_scalar("batch_" + name, value, batch_);
  train_->flush();
}

void TensorBoard::on_epoch_begin(int, Logs&) {
  epoch_start_ = seconds_now();
  iterations_before_ = model().optimizer().iterations();
}

void TensorBoard::on_epoch_end(int epoch, Logs& logs) {
  Logs train, validation;
  for (const auto& [name, value] : logs)
    if (name.starts_with("val_"))
      validation[name.substr(4)] = value;
    else
      train[name] = value;
  train["learning_rate"] = learning_rate_of(model().optimizer());
  if (options_.write_steps_per_second) train["steps_per_second"] = steps_per_second();
  for (const auto& [name, value] : train) train_->add_scalar("epoch_" + name, value, epoch);
  if (options_.histogram_freq > 0 && epoch % options_.histogram_freq == 0)
    for (const Variable* weight : model().variables()) {
      std::string tag = weight->path + "/histogram";
      std::replace(tag.begin(), tag.end(), ':', '_');
      train_->add_histogram(tag, weight->value, epoch);
    }
  train_->flush();
  if (validation.empty()) return;
  open(validation_, "validation");
  for (const auto& [name, value] : validation)
    validation_->add_scalar("epoch_" + name, value, epoch);
  validation_->flush();
}

void TensorBoard::on_test_begin(Logs&) { open(validation_, "validation"); }

void TensorBoard::on_test_end(Logs& logs) {
  const long iterations = model().optimizer().iterations();
  for (const auto& [name, value] : logs)
    validation_->add_scalar("evaluation_" + name + "_vs_iterations", value, iterations);
  validation_->flush();
}

}  // namespace keratin::callbacks
