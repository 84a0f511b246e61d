#include "kernels/orthonormal.hpp"

#include <limits>
#include <tuple>
#include <xtensor-blas/xlinalg.hpp>

#include "keratin/check.hpp"
#include "kernels/blas.hpp"
#include "xt.hpp"

namespace keratin::kernels {

Tensor orthonormal(const Tensor& a) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max());
  check(a.size() <= most, "orthogonal", "a matrix of shape ", a.shape(),
        " is too large: LAPACK counts values up to ", most);
  const BlasSection section;
  const auto [q, r] = xt::linalg::qr(view(a));
  Tensor result = Tensor::uninitialized(a.shape());
  view(result) = q * xt::sign(xt::diagonal(r));
  return result;
}

}  // namespace keratin::kernels
