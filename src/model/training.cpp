#include "model/training.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "keratin/check.hpp"
#include "model/state.hpp"

namespace keratin {

namespace {

constexpr int default_batch_size = 32;

int ceil_divide(std::size_t rows, int parts) {
  return static_cast<int>((rows + static_cast<std::size_t>(parts) - 1) /
                          static_cast<std::size_t>(parts));
}

int verbosity(Verbose verbose, const char* where) {
  check(verbose >= -1 && verbose <= 2, where, "verbose is ", verbose,
        ", wanted 0 (silent), 1 (progress bar) or 2 (a line an epoch)");
  return verbose == -1 ? 1 : verbose;
}

void check_positive(const char* where, const char* name, std::optional<int> value) {
  check(!value || *value >= 1, where, name, " is ", value.value_or(0), ", wanted 1 or more");
}

// The rows that Keras keeps for training: floor(rows * (1 - split)), in doubles.
std::size_t split_at(double split, std::size_t rows) {
  check(split >= 0 && split < 1, "fit", "validation_split is ", split,
        ", wanted 0 or more and below 1");
  const auto at = static_cast<std::size_t>(std::floor(static_cast<double>(rows) * (1.0 - split)));
  check(split == 0 || (at > 0 && at < rows), "fit", "validation_split ", split, " of ", rows,
        " rows leaves ", at, " to train on and ", rows - at, " to validate on");
  return at;
}

ArrayView part(const ArrayView& data, std::size_t first, std::size_t count) {
  return data.given() ? data.slice(first, count) : data;
}

// A weight for each label, or empty when there are none. Labels are class ids, or one-hot rows.
std::vector<float> weights_by_class(const ArrayView& y, const std::map<int, double>& class_weight) {
  std::vector<float> weights;
  if (class_weight.empty()) return weights;
  check(y.shape().size() <= 2, "fit", "class_weight wants one label a sample, y has shape ",
        y.shape());
  for (std::size_t row = 0; row < y.rows(); ++row) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < y.row_size(); ++i)
      if (y.at(row, i) > y.at(row, best)) best = i;
    const double label = y.row_size() > 1 ? static_cast<double>(best) : std::round(y.at(row, 0));
    const auto entry = class_weight.find(static_cast<int>(label));
    weights.push_back(entry == class_weight.end() ? 1.0f : static_cast<float>(entry->second));
  }
  return weights;
}

}  // namespace

void Training::prepare(const char* where, const ArrayView& x) {
  check(x.rows() > 0, where, "x holds no samples");
  if (!model_.built() && !model_.has_input_shape()) return model_.build(x.shape().without_batch());
  const Shape &wanted = model_.input_shape(), got = x.shape().without_batch();
  Shape longer = got.size() > wanted.size() ? got : wanted,
        shorter = got.size() > wanted.size() ? wanted : got;
  const bool last_axis_of_one =
      longer.size() == shorter.size() + 1 && longer.back() == 1;  // Keras adds or drops it
  if (last_axis_of_one) longer.pop_back();
  check(got == wanted || (last_axis_of_one && longer == shorter), where, "samples have shape ", got,
        ", the model ", model_.name, " wants ", wanted);
  model_.build(wanted);
}

Training::Data Training::checked(const char* where, ArrayView x, ArrayView y,
                                 ArrayView sample_weight) {
  check(model_.compiled(), where, "the model is not compiled: call compile() first");
  const Loss& loss = model_.state_->compiled->loss;
  check(bool(loss), where, "the model has no loss: compile it with one");
  check(x.rows() > 0, where, "x holds no samples");
  check(x.rows() == y.rows(), where, "x has ", x.rows(), " rows, y has ", y.rows());
  check(!sample_weight.given() || sample_weight.rows() == x.rows(), where, "sample_weight has ",
        sample_weight.rows(), " rows, x has ", x.rows());
  prepare(where, x);
  loss.inspect(y, model_.output_shape().with_batch(x.rows()));
  return {x, y, sample_weight};
}

void Training::gather(const Data& data, std::span<const std::uint32_t> rows, Batch& batch) const {
  data.x.with_row_shape(model_.input_shape()).gather(rows, batch.x);
  if (data.y.given()) data.y.gather(rows, batch.y);
  if (data.sample_weight.given())
    data.sample_weight.gather(rows, batch.sample_weight);
  else
    batch.sample_weight.clear();
}

void Training::attach(const Callbacks& callbacks, const History::Params& params) {
  callbacks_ = callbacks;
  each_callback([&](Callback& callback) {
    callback.set_model(&model_);
    callback.set_params(params);
  });
}

Logs Training::train_epoch(const Data& data, Batches& batches, int steps, ProgressBar& bar,
                           int& done) {
  Batch& batch = model_.state_->work.batch;
  model_.state_->reset_metrics();
  Logs logs;
  for (int step = done = 0; step < steps && !model_.stop_training; done = ++step) {
    if (batches.at_end()) {
      std::fprintf(
          stderr,
          "\nwarning: the data ended before steps_per_epoch = %d: this epoch has %d steps\n", steps,
          step);
      break;
    }
    Logs none;
    each_callback([&](Callback& callback) { callback.on_train_batch_begin(step, none); });
    logs = model_.state_->train_trial.run([&] {
      gather(data, batches.take(), batch);
      return model_.train_step(batch);
    });
    each_callback([&](Callback& callback) { callback.on_train_batch_end(step, logs); });
    bar.update(step + 1, logs);
  }
  return logs;
}

Logs Training::test_pass(const Data& data, int batch_size, std::optional<int> steps,
                         ProgressBar* bar) {
  Batches batches(data.x.rows(), static_cast<std::size_t>(batch_size), false);
  Batch& batch = model_.state_->work.batch;
  model_.state_->reset_metrics();
  Logs logs, none;
  each_callback([&](Callback& callback) { callback.on_test_begin(none); });
  for (int step = 0; !batches.at_end() && step < steps.value_or(step + 1); ++step) {
    each_callback([&](Callback& callback) { callback.on_test_batch_begin(step, none); });
    logs = model_.state_->test_trial.run([&] {
      gather(data, batches.take(), batch);
      return model_.test_step(batch);
    });
    each_callback([&](Callback& callback) { callback.on_test_batch_end(step, logs); });
    if (bar) bar->update(step + 1, logs);
  }
  each_callback([&](Callback& callback) { callback.on_test_end(logs); });
  return logs;
}

History Training::fit(ArrayView x, ArrayView y, FitOptions options) {
  for (const auto& [name, value] :
       {std::pair{"batch_size", options.batch_size},
        std::pair{"steps_per_epoch", options.steps_per_epoch},
        std::pair{"validation_steps", options.validation_steps},
        std::pair{"validation_batch_size", options.validation_batch_size}})
    check_positive("fit", name, value);
  check(options.epochs >= 0 && options.initial_epoch >= 0, "fit", "epochs is ", options.epochs,
        " and initial_epoch ", options.initial_epoch, ", wanted 0 or more");
  check(options.class_weight.empty() || !options.sample_weight.given(), "fit",
        "class_weight and sample_weight cannot both be given");

  Data train = checked("fit", x, y, options.sample_weight), validation;
  const std::vector<float> by_class = weights_by_class(y, options.class_weight);
  if (options.validation_data.given()) {
    const auto& [val_x, val_y, val_weight] = options.validation_data;
    validation = checked("fit, validation_data", val_x, val_y, val_weight);
  } else if (const std::size_t kept = split_at(options.validation_split, x.rows());
             kept < x.rows()) {
    validation = {x.slice(kept, x.rows() - kept), y.slice(kept, x.rows() - kept),
                  part(options.sample_weight, kept, x.rows() - kept)};
    train = {x.slice(0, kept), y.slice(0, kept), part(options.sample_weight, 0, kept)};
  }
  if (!by_class.empty())
    train.sample_weight =
        ArrayView(by_class).slice(0, train.x.rows());  // never weighs the validation

  const int batch_size = options.batch_size ? *options.batch_size
                         : options.steps_per_epoch
                             ? ceil_divide(train.x.rows(), *options.steps_per_epoch)
                             : default_batch_size;
  const int steps = options.steps_per_epoch.value_or(ceil_divide(train.x.rows(), batch_size)),
            verbose = verbosity(options.verbose, "fit");
  const int val_batch_size = options.validation_batch_size.value_or(batch_size);
  Batches batches(train.x.rows(), static_cast<std::size_t>(batch_size), options.shuffle);
  History history;
  history.params = {verbose, options.epochs, steps};
  attach(options.callbacks, history.params);
  model_.stop_training = false;

  Logs logs;
  each_callback([&](Callback& callback) { callback.on_train_begin(logs); });
  for (int epoch = options.initial_epoch; epoch < options.epochs && !model_.stop_training;
       ++epoch) {
    Logs none;
    each_callback([&](Callback& callback) { callback.on_epoch_begin(epoch, none); });
    if (verbose > 0 && options.epochs > 1) std::printf("Epoch %d/%d\n", epoch + 1, options.epochs);
    ProgressBar bar(steps, verbose);
    int done = 0;
    logs = train_epoch(train, batches, steps, bar, done);
    if (!options.steps_per_epoch || batches.at_end())
      batches.restart();  // with steps_per_epoch a pass goes on over epochs
    if (validation.x.given() && options.validation_freq.due(epoch))
      for (const auto& [name, value] :
           test_pass(validation, val_batch_size, options.validation_steps, nullptr))
        logs["val_" + name] = value;
    each_callback([&](Callback& callback) { callback.on_epoch_end(epoch, logs); });
    history.append(epoch, logs);
    bar.update(done, logs, /*finish=*/true);
  }
  each_callback([&](Callback& callback) { callback.on_train_end(logs); });
  return history;
}

Logs Training::evaluate(ArrayView x, ArrayView y, const EvaluateOptions& options) {
  check_positive("evaluate", "batch_size", options.batch_size);
  check_positive("evaluate", "steps", options.steps);
  const Data data = checked("evaluate", x, y, options.sample_weight);
  const int steps =
      std::min(ceil_divide(x.rows(), options.batch_size), options.steps.value_or(INT32_MAX));
  attach(options.callbacks, {verbosity(options.verbose, "evaluate"), 1, steps});
  ProgressBar bar(steps, verbosity(options.verbose, "evaluate"));
  const Logs logs = test_pass(data, options.batch_size, options.steps, &bar);
  bar.update(steps, logs, /*finish=*/true);
  return logs;
}

Logs Training::on_batch(ArrayView x, ArrayView y, ArrayView sample_weight, bool train) {
  const Data data = checked(train ? "train_on_batch" : "test_on_batch", x, y, sample_weight);
  Workspace& work = model_.state_->work;
  work.rows.resize(x.rows());
  std::iota(work.rows.begin(), work.rows.end(), std::uint32_t{0});
  gather(data, work.rows, work.batch);
  model_.state_->reset_metrics();
  return train ? model_.train_step(work.batch) : model_.test_step(work.batch);
}

Tensor Training::predict(ArrayView x, const PredictOptions& options) {
  check_positive("predict", "batch_size", options.batch_size);
  check_positive("predict", "steps", options.steps);
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  prepare("predict", x);
  const int steps =
      std::min(ceil_divide(x.rows(), options.batch_size), options.steps.value_or(INT32_MAX));
  const std::size_t rows = std::min(x.rows(), static_cast<std::size_t>(steps) * batch_size);
  attach(options.callbacks, {verbosity(options.verbose, "predict"), 1, steps});
  ProgressBar bar(steps, verbosity(options.verbose, "predict"));
  Tensor outputs = Tensor::uninitialized(model_.output_shape().with_batch(rows));
  Logs logs;
  each_callback([&](Callback& callback) { callback.on_predict_begin(logs); });
  std::unique_ptr<Workspace> work = model_.state_->borrow();
  for (int step = 0; step < steps; ++step) {
    each_callback([&](Callback& callback) { callback.on_predict_batch_begin(step, logs); });
    const std::size_t first = static_cast<std::size_t>(step) * batch_size,
                      count = std::min(batch_size, rows - first);
    work->rows.resize(count);
    std::iota(work->rows.begin(), work->rows.end(), static_cast<std::uint32_t>(first));
    gather({x, {}, {}}, work->rows, work->batch);
    work->tape.begin(/*recording=*/false);
    const Node y = model_.call(work->tape.constant(work->batch.x), /*training=*/false);
    std::copy_n(y.value().data(), y.value().size(),
                outputs.data() + first * (outputs.size() / rows));
    each_callback([&](Callback& callback) { callback.on_predict_batch_end(step, logs); });
    bar.update(step + 1, logs);
  }
  model_.state_->give_back(std::move(work));
  each_callback([&](Callback& callback) { callback.on_predict_end(logs); });
  bar.update(steps, logs, /*finish=*/true);
  return outputs;
}

History Model::fit(ArrayView x, ArrayView y, FitOptions options) {
  return Training(*this).fit(x, y, std::move(options));
}
Logs Model::evaluate(ArrayView x, ArrayView y, EvaluateOptions options) {
  return Training(*this).evaluate(x, y, options);
}
Tensor Model::predict(ArrayView x, PredictOptions options) {
  return Training(*this).predict(x, options);
}
Tensor Model::predict_on_batch(ArrayView x) {
  return predict(
      x, {.batch_size = static_cast<int>(std::max<std::size_t>(1, x.rows())), .verbose = 0});
}

Logs Model::train_on_batch(ArrayView x, ArrayView y, TrainOnBatchOptions options) {
  check(options.class_weight.empty() || !options.sample_weight.given(), "train_on_batch",
        "class_weight and sample_weight cannot both be given");
  const std::vector<float> by_class = weights_by_class(y, options.class_weight);
  return Training(*this).on_batch(
      x, y, by_class.empty() ? options.sample_weight : ArrayView(by_class), /*train=*/true);
}

Logs Model::test_on_batch(ArrayView x, ArrayView y, TestOnBatchOptions options) {
  return Training(*this).on_batch(x, y, options.sample_weight, /*train=*/false);
}

}  // namespace keratin
