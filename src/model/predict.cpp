// predict: the outputs for all rows.

#include <algorithm>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/flush_denormals.hpp"
#include "keratin/model.hpp"
#include "model/array_data.hpp"
#include "model/callback_list.hpp"
#include "model/feed.hpp"
#include "model/options.hpp"
#include "model/state.hpp"
#include "model/together.hpp"

namespace keratin {

namespace {

// Rows of outputs, batch by batch, whose number may not be known before.
class Outputs {
 public:
  Outputs(const Shape& sample, std::size_t expected_rows)
      : sample_(sample), rows_(Tensor::uninitialized(sample.with_batch(expected_rows))) {}

  void append(const Tensor& batch) {
    const std::size_t count = batch.shape().empty() ? 0 : batch.shape().front();
    const std::size_t width = sample_.elements();
    check(batch.shape() == sample_.with_batch(count), "predict", "the model returned shape ",
          batch.shape(), ", its output_shape() is ", sample_);
    if (used_ + count > rows_.shape().front()) grow(std::max(used_ + count, 2 * used_));
    std::copy_n(batch.data(), count * width, rows_.data() + used_ * width);
    used_ += count;
  }

  Tensor take() {
    if (used_ < rows_.shape().front()) grow(used_);
    return std::move(rows_);
  }

 private:
  void grow(std::size_t rows) {
    Tensor larger = Tensor::uninitialized(sample_.with_batch(rows));
    std::copy_n(rows_.data(), used_ * sample_.elements(), larger.data());
    rows_ = std::move(larger);
  }

  Shape sample_;
  Tensor rows_;
  std::size_t used_ = 0;
};

// A workspace of the idle ones, or a new one, given back in the end.
class BorrowedWorkspace {
 public:
  BorrowedWorkspace(std::mutex& lock, std::vector<std::unique_ptr<Workspace>>& idle)
      : lock_(lock), idle_(idle) {
    const std::lock_guard guard(lock_);
    if (idle_.empty()) {
      workspace_ = std::make_unique<Workspace>();
    } else {
      workspace_ = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  ~BorrowedWorkspace() {
    const std::lock_guard guard(lock_);
    idle_.push_back(std::move(workspace_));
  }
  BorrowedWorkspace(const BorrowedWorkspace&) = delete;
  BorrowedWorkspace& operator=(const BorrowedWorkspace&) = delete;
  Workspace* operator->() { return workspace_.get(); }

 private:
  std::mutex& lock_;
  std::vector<std::unique_ptr<Workspace>>& idle_;
  std::unique_ptr<Workspace> workspace_;
};

// The rows of all processes.
const Tensor& whole_of(Node y, Tensor& whole) {
  Replicas& processes = *y.tape().replicas();
  const std::size_t total = y.rows().total, row = y.shape().without_batch().elements();
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < processes.size(); ++i)
    counts.push_back(BatchRows::part(total, i, processes.size()).count * row);
  whole.resize(y.shape().without_batch().with_batch(total));
  processes.gather(y.value().values(), counts, whole.values());
  return whole;
}

}  // namespace

Tensor Model::predict(ArrayView x, PredictOptions options) {
  check_positive("predict", "batch_size", options.batch_size);
  check_positive("predict", "steps", options.steps);
  const ArrayData data = prepared("predict", {x, {}, {}});
  const std::size_t batch_size = batch_size_for(x.rows(), options.batch_size, options.steps);
  const std::unique_ptr<Feed> feed = data.batches(batch_size, /*shuffle=*/false);
  const long steps = steps_of_pass(*feed, options.steps);
  const std::size_t rows = std::min(x.rows(), static_cast<std::size_t>(steps) * batch_size);
  return run_predict(*feed, steps, rows, options);
}

Tensor Model::predict(const Dataset& data, PredictOptions options) {
  check(!options.batch_size, "predict", "batch_size is for arrays: let the Dataset do that");
  check_positive("predict", "steps", options.steps);
  check(!data.infinite() || options.steps, "predict",
        "the Dataset has no end: say how many steps there are");
  DatasetFeed feed = feed_of("predict", data, /*with_labels=*/false);
  return run_predict(feed, options.steps, 0, options);
}

Tensor Model::predict_on_batch(ArrayView x) {
  const auto rows = static_cast<int>(std::max<std::size_t>(1, x.rows()));
  return predict(std::move(x), {.batch_size = rows, .verbose = 0});
}

Tensor Model::run_predict(Feed& feed, std::optional<long> steps, std::size_t expected_rows,
                          const PredictOptions& options) {
  const Replicas* const processes = replicas();
  if (!processes || !processes->divides_data())  // of data of its own a process predicts alone
    return predict_in_steps(feed, steps, expected_rows, options);
  const auto describe = [&] {
    Fingerprint fingerprint("predict");
    fingerprint.add_model(*this, /*trains=*/false);
    fingerprint.add("data", concat(feed.size().value_or(0), " batches, ", expected_rows, " rows"));
    return fingerprint;
  };
  return together(describe, [&] { return predict_in_steps(feed, steps, expected_rows, options); });
}

Tensor Model::predict_in_steps(Feed& feed, std::optional<long> steps, std::size_t expected_rows,
                               const PredictOptions& options) {
  CallbackList callbacks(*this, options.callbacks,
                         {verbosity("predict", options.verbose), 1, steps_of_pass(feed, steps)});
  Outputs outputs(output_shape(), expected_rows);
  BorrowedWorkspace work(state_->lock, state_->idle);
  Logs logs;
  callbacks.call(&Callback::on_predict_begin, logs);
  Tensor whole;
  bool stopped = false;
  for (long step = 0; !stopped && (!steps || step < *steps) && feed.has_next(); ++step) {
    const int number = static_cast<int>(step);
    callbacks.call(&Callback::on_predict_batch_begin, number, logs);
    outputs.append(work->predict_trial.run([&]() -> const Tensor& {
      feed.next(work->batch);
      work->divide_tape();
      const FlushDenormals flush;
      work->tape.begin(/*recording=*/false);
      const Node y = call(work->tape.constant(work->batch.x), /*training=*/false);
      return y.is_divided() ? whole_of(y, whole) : y.value();
    }));
    callbacks.call(&Callback::on_predict_batch_end, number, logs);
    // Read, and written only when set: several threads may predict.
    stopped = stop_predicting;
    if (stopped) stop_predicting = false;
    if (work->batch.rows.total > 0) stopped = in_any_process(stopped);
  }
  callbacks.call(&Callback::on_predict_end, logs);
  return outputs.take();
}

}  // namespace keratin
