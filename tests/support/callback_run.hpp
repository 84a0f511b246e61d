#pragma once
// Runs of fit for callbacks.

#include <unistd.h>

#include <cstdio>
#include <keratin/keratin.hpp>
#include <string>
#include <vector>

namespace keratin::test {

// Keeps what is written to stdout as long as it lives.
class Stdout {
 public:
  Stdout() {
    std::fflush(stdout);
    dup2(fileno(file_), STDOUT_FILENO);
  }
  ~Stdout() {
    std::fflush(stdout);
    dup2(before_, STDOUT_FILENO);
    close(before_);
    std::fclose(file_);
  }
  std::string text() {
    std::fflush(stdout);
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
    return text;
  }

 private:
  std::FILE* file_ = std::tmpfile();
  int before_ = dup(STDOUT_FILENO);
};

// One weight, trained on four rows of 0 in batches of one.
struct Run {
  Sequential model{{layers::Input({1}), layers::Dense(1, {.use_bias = false})}};
  Tensor x = Tensor::zeros({4, 1});
  History history = {};
  std::string printed = {};

  Run() {
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1}),
                   .loss = "mse",
                   .metrics = {"mae", "accuracy"}});
  }
  void fit(int epochs, Callbacks callbacks) {
    Stdout written;
    history = model.fit(x, Tensor::zeros({4, 1}),
                        {.batch_size = 1,
                         .epochs = epochs,
                         .verbose = 0,
                         .callbacks = callbacks,
                         .shuffle = false});
    printed = written.text();
  }
  // Logs a series as `monitor`, and gives the weight the number of the epoch, counted from 1.
  callbacks::LambdaCallback feed(const std::string& monitor, const std::vector<double>& series) {
    return callbacks::LambdaCallback(
        {.on_epoch_end = [this, monitor, series](int epoch, Logs& logs) {
          logs[monitor] = series.at(static_cast<std::size_t>(epoch));
          model.set_weights({Tensor::full({1, 1}, static_cast<float>(epoch + 1))});
        }});
  }
};

}  // namespace keratin::test
