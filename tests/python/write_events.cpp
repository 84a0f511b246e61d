// write_events FOLDER: trains a little and leaves TensorBoard's files in that folder, for
// check_tensorboard.py.

#include <keratin/keratin.hpp>

#include "support/small_net.hpp"

int main(int, char** arguments) {
  using namespace keratin;
  test::SmallNet net(optimizers::SGD({.learning_rate = 0}));
  net.fit(3, {callbacks::TensorBoard({.log_dir = arguments[1],
                                      .histogram_freq = 2,
                                      .write_steps_per_second = true,
                                      .update_freq = 2})});
}
