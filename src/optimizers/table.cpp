// The table of optimizers: one row per class.
#include "keratin/optimizers.hpp"

namespace keratin {

namespace {

using namespace optimizers;

constexpr Row<Optimizer> rows[] = {
    row<SGD>("SGD", "sgd"),
    row<RMSprop>("RMSprop", "rmsprop"),
    row<Adam>("Adam", "adam"),
};

}  // namespace

const ClassTable<Optimizer>& Optimizer::table() {
  static constexpr ClassTable<Optimizer> table{"optimizer", rows, /*any_case=*/true};
  return table;
}

std::shared_ptr<Optimizer> optimizers::get(const std::string& name) {
  return make_member<Optimizer>(name);
}

}  // namespace keratin
