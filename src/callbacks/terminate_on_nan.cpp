#include "keratin/callbacks/terminate_on_nan.hpp"

#include <cmath>

#include "core/report.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

void TerminateOnNaN::on_train_batch_end(int batch, Logs& logs) {
  if (!logs.contains("loss") || std::isfinite(logs["loss"])) return;
  check<std::runtime_error>(
      !options_.raise_error, "TerminateOnNaN", "the loss is ", logs["loss"], " after batch ", batch,
      "; the first values that were not finite: ", model().first_not_finite());
  report("Batch ", batch, ": Invalid loss, terminating training\n",
         "The first values that were not finite: ", model().first_not_finite(), "\n");
  model().stop_training = true;
}

}  // namespace keratin::callbacks
