#pragma once
// How floating-point numbers are computed inside of the library, on whatever thread.

#include <cstdint>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// While it lives this thread takes denormal numbers (floats closer to 0 than 1.18e-38) for 0, as
/// inputs and as results, and rounds to nearest, as TensorFlow computes. Many processors need a
/// hundred cycles or more for an operation on a denormal number, and the moments of optimizers
/// decay into them.
///
/// Every step, prediction, op, backward() and optimizer's apply() does this on the thread that
/// calls it; helper threads always do. So results depend neither on the caller's settings nor on
/// the thread that computes them. What is called inside of a step (an overridden train_step, a
/// layer, loss or metric of one's own) computes like this too. Callbacks, and the functions and
/// generators of a Dataset, see the settings of the thread that called fit(), evaluate() or
/// predict().
///
/// Which exceptions are trapped stays as it is. The end of its life, by an exception too, brings
/// back the whole register as it was, on x86 with the flags of exceptions. If everything is set
/// already nothing is changed. Does nothing on processors other than x86 with SSE and aarch64.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint64_t before_;
  bool changed_;
};

}  // namespace keratin
