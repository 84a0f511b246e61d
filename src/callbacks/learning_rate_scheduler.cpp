#include "keratin/callbacks/learning_rate_scheduler.hpp"

#include "callbacks/learning_rate.hpp"
#include "core/numbers.hpp"
#include "core/report.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

LearningRateScheduler::LearningRateScheduler(Schedule schedule,
                                             LearningRateSchedulerOptions options)
    : schedule_(std::move(schedule)), options_(options) {
  check(schedule_ != nullptr, "LearningRateScheduler", "got an empty function");
}

void LearningRateScheduler::on_epoch_begin(int epoch, Logs&) {
  Optimizer& optimizer = model().optimizer();
  const double rate = schedule_(epoch, learning_rate_of(optimizer));
  optimizer.set_learning_rate(rate);
  if (options_.verbose > 0)
    report("\nEpoch ", epoch + 1, ": LearningRateScheduler setting learning rate to ",
           python_repr(rate), ".\n");
}

void LearningRateScheduler::on_epoch_end(int, Logs& logs) {
  logs["learning_rate"] = learning_rate_of(model().optimizer());
}

}  // namespace keratin::callbacks
