#include "kernels/orthonormal.hpp"

#include <tuple>
#include <xtensor-blas/xlinalg.hpp>

#include "kernels/blas.hpp"
#include "xt.hpp"

namespace keratin::kernels {

Tensor orthonormal(const Tensor& a) {
  use_one_blas_thread();
  const auto [q, r] = xt::linalg::qr(view(a));
  Tensor result = Tensor::uninitialized(a.shape());
  view(result) = q * xt::sign(xt::diagonal(r));
  return result;
}

}  // namespace keratin::kernels
