#include "keratin/callbacks/terminate_on_nan.hpp"

#include <cmath>
#include <cstdio>

#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

void TerminateOnNaN::on_train_batch_end(int batch, Logs& logs) {
  if (!logs.contains("loss") || std::isfinite(logs["loss"])) return;
  check<std::runtime_error>(!options_.raise_error, "TerminateOnNaN", "the loss is ", logs["loss"],
                            " after batch ", batch);
  std::printf("Batch %d: Invalid loss, terminating training\n", batch);
  model().stop_training = true;
}

}  // namespace keratin::callbacks
