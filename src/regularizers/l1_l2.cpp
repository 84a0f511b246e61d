#include "keratin/ops.hpp"
#include "keratin/regularizers.hpp"
#include "regularizers/factors.hpp"

namespace keratin::regularizers {

namespace {

Node l1_penalty(double factor, Node x) {
  return static_cast<float>(factor) * ops::sum(ops::abs(x));
}

Node l2_penalty(double factor, Node x) {
  return static_cast<float>(factor) * ops::sum(ops::square(x));
}

}  // namespace

L1::L1(L1Options given) : Configured(given) { check_factor("l1", "l1", options().l1); }

Node L1::operator()(Node x) const { return l1_penalty(options().l1, x); }

L2::L2(L2Options given) : Configured(given) { check_factor("l2", "l2", options().l2); }

Node L2::operator()(Node x) const { return l2_penalty(options().l2, x); }

L1L2::L1L2(L1L2Options given) : Configured(given) {
  check_factor("l1_l2", "l1", options().l1);
  check_factor("l1_l2", "l2", options().l2);
}

Node L1L2::operator()(Node x) const {
  Node penalty = x.tape().make({}, [](Tensor& zero) { zero.fill(0); });
  if (options().l1 != 0) penalty = penalty + l1_penalty(options().l1, x);
  if (options().l2 != 0) penalty = penalty + l2_penalty(options().l2, x);
  return penalty;
}

}  // namespace keratin::regularizers
