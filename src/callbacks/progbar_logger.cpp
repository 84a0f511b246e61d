#include "keratin/callbacks/progbar_logger.hpp"

#include <cstdio>

#include "callbacks/progress_bar.hpp"

namespace keratin::callbacks {

ProgbarLogger::ProgbarLogger() = default;
ProgbarLogger::ProgbarLogger(ProgbarLogger&&) noexcept = default;
ProgbarLogger::~ProgbarLogger() = default;

void ProgbarLogger::start() {
  const long steps = params().steps;
  bar_ = std::make_unique<ProgressBar>(steps > 0 ? std::optional(steps) : std::nullopt,
                                       params().verbose);
  done_ = 0;
}

void ProgbarLogger::update(int batch, const Logs& logs) {
  done_ = batch + 1L;
  bar_->update(done_, logs);
}

void ProgbarLogger::finish(const Logs& logs) { bar_->update(done_, logs, /*finish=*/true); }

void ProgbarLogger::on_train_begin(Logs&) { training_ = true; }
void ProgbarLogger::on_train_end(Logs&) { training_ = false; }

void ProgbarLogger::on_epoch_begin(int epoch, Logs&) {
  if (params().verbose > 0 && params().epochs > 1)
    std::printf("Epoch %d/%d\n", epoch + 1, params().epochs);
  start();
}

void ProgbarLogger::on_train_batch_end(int batch, Logs& logs) { update(batch, logs); }
void ProgbarLogger::on_epoch_end(int, Logs& logs) { finish(logs); }

void ProgbarLogger::on_test_begin(Logs&) {
  if (!training_) start();
}

void ProgbarLogger::on_test_batch_end(int batch, Logs& logs) {
  if (!training_) update(batch, logs);
}

void ProgbarLogger::on_test_end(Logs& logs) {
  if (!training_) finish(logs);
}

void ProgbarLogger::on_predict_begin(Logs&) { start(); }
void ProgbarLogger::on_predict_batch_end(int batch, Logs& logs) { update(batch, logs); }
void ProgbarLogger::on_predict_end(Logs& logs) { finish(logs); }

}  // namespace keratin::callbacks
