// evaluate, and the steps that see one batch.

#include <utility>

#include "keratin/flush_denormals.hpp"
#include "keratin/model.hpp"
#include "model/array_data.hpp"
#include "model/callback_list.hpp"
#include "model/feed.hpp"
#include "model/options.hpp"
#include "model/scoped_value.hpp"
#include "model/state.hpp"
#include "model/together.hpp"

namespace keratin {

Logs Model::evaluate(ArrayView x, ArrayView y, EvaluateOptions options) {
  check_positive("evaluate", "batch_size", options.batch_size);
  check_positive("evaluate", "steps", options.steps);
  check_trainable("evaluate");
  const ArrayData data = prepared("evaluate", {x, y, options.sample_weight});
  check(data.y.given() || !state_->compiled->loss, "evaluate", "y is not given");
  const std::size_t batch_size =
      own_batch_size("evaluate", x.rows(), options.batch_size, options.steps);
  return run_evaluate(*data.batches(batch_size, /*shuffle=*/false), options.steps, options);
}

Logs Model::evaluate(const Dataset& data, EvaluateOptions options) {
  constexpr const char* hint = " is for arrays: let the Dataset do that";
  check(!options.batch_size, "evaluate", "batch_size", hint);
  check(!options.sample_weight.given(), "evaluate", "sample_weight", hint);
  check_positive("evaluate", "steps", options.steps);
  check_trainable("evaluate");
  check(!data.infinite() || options.steps, "evaluate",
        "the Dataset has no end: say how many steps there are");
  DatasetFeed feed = feed_of("evaluate", data, /*with_labels=*/true);
  return run_evaluate(feed, options.steps, options);
}

Logs Model::run_evaluate(Feed& feed, std::optional<long> steps, const EvaluateOptions& options) {
  Replicas* const processes = replicas();
  const auto describe = [&] {
    Fingerprint fingerprint("evaluate");
    fingerprint.add_model(*this, /*trains=*/false);
    fingerprint.add("steps", concat(steps.value_or(0)));
    if (processes->divides_data())
      fingerprint.add("data", concat(feed.size().value_or(0), " batches"));
    return fingerprint;
  };
  const auto test = [&](Feed& batches) {
    CallbackList callbacks(
        *this, options.callbacks,
        {verbosity("evaluate", options.verbose), 1, steps_of_pass(batches, steps)});
    return test_pass(batches, steps, callbacks);
  };
  return together(describe, [&] {
    if (!processes || processes->divides_data()) return test(feed);
    JointFeed joint(feed, *processes);
    return test(joint);
  });
}

Logs Model::test_pass(Feed& feed, std::optional<long> steps, CallbackList& callbacks) {
  MetricSet nested;  // for an evaluation that a hook of another one has asked for
  MetricSet* const metrics = state_->testing ? &nested : &state_->test_metrics;
  const ScopedValue active(state_->metrics, metrics);
  const ScopedValue testing(state_->testing, true);
  const ScopedValue stop(stop_evaluating, false);
  Batch& batch = state_->work.batch;
  metrics->reset();
  state_->output.reset();
  Logs logs, none;
  callbacks.call(&Callback::on_test_begin, none);
  for (long step = 0; (!steps || step < *steps) && feed.has_next(); ++step) {
    const int number = static_cast<int>(step);
    callbacks.call(&Callback::on_test_batch_begin, number, none);
    logs = state_->test_trial.run([&] {
      feed.next(batch);
      state_->work.divide_tape();
      const FlushDenormals flush;
      return test_step(batch);
    });
    callbacks.call(&Callback::on_test_batch_end, number, logs);
    stop_evaluating = in_any_process(stop_evaluating);
    if (stop_evaluating) break;
  }
  feed.end_pass();
  callbacks.call(&Callback::on_test_end, logs);
  return logs;
}

Logs Model::train_on_batch(ArrayView x, ArrayView y, TrainOnBatchOptions options) {
  check(options.class_weight.empty() || !options.sample_weight.given(), "train_on_batch",
        "class_weight and sample_weight cannot both be given");
  check_trainable("train_on_batch");
  ArrayData data = prepared("train_on_batch", {x, y, options.sample_weight});
  std::vector<float> by_class;
  if (!options.class_weight.empty()) {
    by_class = weights_by_class(data.y, options.class_weight);
    data.sample_weight = ArrayView(by_class);
  }
  return step_on("train_on_batch", data, /*trains=*/true);
}

Logs Model::test_on_batch(ArrayView x, ArrayView y, TestOnBatchOptions options) {
  check_trainable("test_on_batch");
  const ArrayData data = prepared("test_on_batch", {x, y, options.sample_weight});
  return step_on("test_on_batch", data, /*trains=*/false);
}

Logs Model::step_on(const char* where, const ArrayData& data, bool trains) {
  Workspace& work = state_->work;
  Replicas* const processes = replicas();
  const auto describe = [&] {
    Fingerprint fingerprint(where);
    if (processes->divides_data()) fingerprint.add("data", concat(data.x.rows(), " rows"));
    return fingerprint;
  };
  return together(describe, [&] {
    data.gather_part(0, data.x.rows(), work.batch);
    if (processes && !processes->divides_data())
      work.batch.rows = joint_rows(*processes, data.x.rows());
    work.divide_tape();
    MetricSet& metrics = trains ? state_->train_metrics : state_->test_metrics;
    const ScopedValue active(state_->metrics, &metrics);
    metrics.reset();
    const FlushDenormals flush;
    if (!trains) return test_step(work.batch);
    const Logs logs = train_step(work.batch);
    tape().commit();
    return logs;
  });
}

}  // namespace keratin
