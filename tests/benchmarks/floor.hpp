#pragma once
// The floor: the documents' MNIST step written by hand on cblas_sgemm, with nothing between it and the machine.

#include <cstdint>
#include <vector>

/// 784-84(relu)-10(softmax), cross-entropy from logits, Adam, batches of 256 of shuffled uint8 rows, the short last one too.
class Floor {
 public:
  Floor(const std::uint8_t* images, const std::uint8_t* labels, int rows);
  /// Trains on every row once; returns the mean loss.
  double epoch();

 private:
  struct Weights {
    std::vector<float> w, g, m, v;
  };
  void step(const std::uint32_t* rows, int count);
  void forward_and_back(const std::uint32_t* rows, int first, int count, int batch);

  const std::uint8_t *images_, *labels_;
  std::vector<std::uint32_t> order_;
  Weights w1_, b1_, w2_, b2_;
  std::vector<float> x_, h_, dh_, dz_, loss_;
  long steps_ = 0;
  std::uint64_t random_ = 1;
};
