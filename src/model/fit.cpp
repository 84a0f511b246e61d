// fit: prepares the data, then for each epoch trains, validates and reports.

#include "keratin/fit.hpp"

#include <utility>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/flush_denormals.hpp"
#include "keratin/model.hpp"
#include "model/array_data.hpp"
#include "model/backups.hpp"
#include "model/callback_list.hpp"
#include "model/feed.hpp"
#include "model/options.hpp"
#include "model/scoped_value.hpp"
#include "model/state.hpp"
#include "model/together.hpp"
#include "model/training_state.hpp"

namespace keratin {

ValidationFreq::ValidationFreq(int every) : every_(every) {
  check(every >= 1, "fit", "validation_freq is ", every, ", wanted 1 or more");
}

bool ValidationFreq::due(int epoch) const {
  if (every_ > 0) return (epoch + 1) % every_ == 0;
  for (int listed : epochs_)
    if (listed == epoch + 1) return true;
  return false;
}

namespace {

void check_options(const FitOptions& options) {
  check_positive("fit", "batch_size", options.batch_size);
  check_positive("fit", "steps_per_epoch", options.steps_per_epoch);
  check_positive("fit", "validation_steps", options.validation_steps);
  check_positive("fit", "validation_batch_size", options.validation_batch_size);
  check(options.epochs >= 0 && options.initial_epoch >= 0, "fit", "epochs is ", options.epochs,
        " and initial_epoch ", options.initial_epoch, ", wanted 0 or more");
  check(options.class_weight.empty() || !options.sample_weight.given(), "fit",
        "class_weight and sample_weight cannot both be given");
}

// What the arguments of fit mean for arrays has been said by a Dataset already.
void check_dataset_options(const FitOptions& options) {
  constexpr const char* hint = " is for arrays: let the Dataset do that";
  check(!options.batch_size, "fit", "batch_size", hint);
  check(options.validation_split == 0, "fit", "validation_split", hint);
  check(!options.sample_weight.given(), "fit", "sample_weight", hint);
}

std::unique_ptr<Feed> validation_batches(const ArrayData& data, const FitOptions& options) {
  const auto size =
      options.validation_batch_size ? options.validation_batch_size : options.batch_size;
  return data.batches(own_batch_size("fit", data.x.rows(), size, options.validation_steps),
                      /*shuffle=*/false);
}

Dataset weighted_by_class(const Dataset& data, const std::map<int, double>& class_weight) {
  if (class_weight.empty()) return data;
  return data.map([class_weight](Batch& batch) {
    const std::vector<float> weights = weights_by_class(batch.y, class_weight);
    batch.sample_weight = Tensor::from({weights.size()}, weights);
  });
}

}  // namespace

History Model::fit(ArrayView x, ArrayView y, FitOptions options) {
  check_options(options);
  check_trainable("fit");
  const ArrayData all = prepared("fit", {x, y, options.sample_weight});
  check(all.y.given() || !state_->compiled->loss, "fit", "y is not given");
  const std::size_t rows = all.x.rows();
  const std::size_t kept =
      options.validation_data.given() ? rows : training_rows(options.validation_split, rows);
  ArrayData train = all.slice(0, kept);
  std::vector<float> by_class;
  if (!options.class_weight.empty()) {  // these never weigh the validation
    by_class = weights_by_class(all.y, options.class_weight);
    train.sample_weight = ArrayView(by_class).slice(0, kept);
  }
  const std::size_t batch_size =
      own_batch_size("fit", kept, options.batch_size, options.steps_per_epoch);
  const std::unique_ptr<Feed> feed = train.batches(batch_size, options.shuffle);

  std::unique_ptr<Feed> validation = validation_feed(options);
  if (kept < rows) {
    if (all.y.given()) warn_of_one_class(all.y, kept);
    validation = validation_batches(all.slice(kept, rows - kept), options);
  }
  return run_fit(*feed, validation.get(), options.steps_per_epoch, options);
}

History Model::fit(const Dataset& data, FitOptions options) {
  check_options(options);
  check_dataset_options(options);
  check_trainable("fit");
  check(!data.infinite() || options.steps_per_epoch, "fit",
        "the Dataset has no end: say how many steps_per_epoch there are");
  DatasetFeed feed = feed_of("fit", weighted_by_class(data, options.class_weight), true);
  const std::unique_ptr<Feed> validation = validation_feed(options);
  return run_fit(feed, validation.get(), options.steps_per_epoch, options);
}

// The batches of validation_data; null if there are none.
std::unique_ptr<Feed> Model::validation_feed(const FitOptions& options) {
  constexpr const char* where = "fit, validation_data";
  const ValidationData& given = options.validation_data;
  if (!given.given()) return nullptr;
  if (!given.dataset)
    return validation_batches(prepared(where, {given.x, given.y, given.sample_weight}), options);
  check(!given.dataset->infinite() || options.validation_steps, where,
        "the Dataset has no end: say how many validation_steps there are");
  return std::make_unique<DatasetFeed>(feed_of(where, *given.dataset, /*with_labels=*/true));
}

// Feeds of processes that have data of their own are joined.
History Model::run_fit(Feed& train, Feed* validation, std::optional<long> steps,
                       const FitOptions& options) {
  Replicas* const processes = replicas();
  const auto describe = [&] {
    Fingerprint fingerprint("fit");
    fingerprint.add_model(*this, /*trains=*/true);
    fingerprint.add("options", concat(options.epochs, " epochs from ", options.initial_epoch, ", ",
                                      steps.value_or(0),
                                      " steps_per_epoch, validation: ", validation ? "yes" : "no"));
    if (processes->divides_data()) {
      fingerprint.add("data", concat(train.size().value_or(0), " batches"));
      if (validation)
        fingerprint.add("validation data", concat(validation->size().value_or(0), " batches"));
    }
    return fingerprint;
  };
  return together(describe, [&] {
    if (!processes || processes->divides_data())
      return fit_in_epochs(train, validation, steps, options);
    JointFeed joint(train, *processes);
    std::optional<JointFeed> joint_validation;
    if (validation) joint_validation.emplace(*validation, *processes);
    return fit_in_epochs(joint, validation ? &*joint_validation : nullptr, steps, options);
  });
}

History Model::fit_in_epochs(Feed& train, Feed* validation, std::optional<long> steps,
                             const FitOptions& options) {
  History history;
  history.params = {verbosity("fit", options.verbose), options.epochs, steps_of(train, steps)};
  CallbackList callbacks(*this, options.callbacks, history.params, &history);
  const ScopedValue stop(stop_training, stop_training);  // a hook of another fit may call this one
  stop_training = false;
  FitRun run{*this, state_->train_metrics, train, validation, history, options.initial_epoch};
  Backups backups(run, callbacks);
  callbacks.call(&Callback::on_train_begin, run.logs);
  backups.restore_between_epochs();
  const bool ended_before = stop_training && backups.resumed();
  for (; run.epoch < options.epochs && !ended_before; ++run.epoch, run.step = 0) {
    Logs none;
    callbacks.call(&Callback::on_epoch_begin, run.epoch, none);
    backups.restore_within_epoch();
    train_epoch(run, steps, callbacks, backups);
    if (validation && options.validation_freq.due(run.epoch)) {
      const std::optional<int>& most = options.validation_steps;
      const Logs tested = test_pass(*validation, most, callbacks);
      for (const auto& [metric, value] : tested) run.logs["val_" + metric] = value;
    }
    Logs with_additions = run.logs;  // what callbacks add is for those behind them
    callbacks.call(&Callback::on_epoch_end, run.epoch, with_additions);
    backups.after_epoch();
    stop_training = in_any_process(stop_training);
    if (stop_training) break;
  }
  if (options.epochs > 0) optimizer().finalize_variable_values(trainable_variables());
  callbacks.call(&Callback::on_train_end, run.logs);
  return history;
}

// With `steps` a pass over the data goes on in the next epoch.
void Model::train_epoch(FitRun& run, std::optional<long> steps, CallbackList& callbacks,
                        Backups& backups) {
  Batch& batch = state_->work.batch;
  Feed& feed = run.train;
  const ScopedValue active(state_->metrics, &state_->train_metrics);
  if (run.step == 0) {
    state_->train_metrics.reset();
    run.logs.clear();
  }
  const bool stopped_before = run.step > 0 && stop_training;  // in the run that is resumed
  while (!stopped_before && (!steps || run.step < *steps) && feed.has_next()) {
    const int number = static_cast<int>(run.step);
    Logs none;
    callbacks.call(&Callback::on_train_batch_begin, number, none);
    run.logs = state_->train_trial.run([&] {
      feed.next(batch);
      state_->work.divide_tape();
      const FlushDenormals flush;
      Logs step_logs = train_step(batch);
      tape().commit();
      return step_logs;
    });
    callbacks.call(&Callback::on_train_batch_end, number, run.logs);
    ++run.step;
    backups.after_step();
    stop_training = in_any_process(stop_training);
    if (stop_training) break;
  }
  const bool ended_early = steps && run.step < *steps && !stop_training;
  if (ended_early)
    warn("fit", "the data ended before steps_per_epoch = ", *steps, ": this epoch has ", run.step,
         " steps");
  if (!steps || !feed.has_next()) feed.end_pass();
}

}  // namespace keratin
