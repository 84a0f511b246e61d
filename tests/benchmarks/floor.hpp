#pragma once
// The floor: the published MNIST step written by hand on cblas_sgemm, with nothing between it and
// the machine.

#include <cstdint>
#include <memory>

/// 784-84(relu)-10(softmax), cross-entropy from logits, Adam, batches of 256 of shuffled uint8
/// rows, the short last one too. The images and labels are borrowed. It runs on the library's pool,
/// and its bits do not depend on the number of threads either.
class Floor {
 public:
  Floor(const std::uint8_t* images, const std::uint8_t* labels, int rows);
  ~Floor();
  /// Trains on every row once; returns the mean loss.
  double epoch();
  /// The share of these rows that the net as it stands puts in the right class.
  double accuracy(const std::uint8_t* images, const std::uint8_t* labels, int rows);

 private:
  class Net;
  std::unique_ptr<Net> net_;
};
