// The table of optimizers: one row per class.
#include "keratin/optimizers.hpp"

namespace keratin {

namespace {

using namespace optimizers;

constexpr Row<Optimizer> rows[] = {
    row<SGD>("SGD", "sgd"),
    row<RMSprop>("RMSprop", "rmsprop"),
    row<Adam>("Adam", "adam"),
    row<AdamW>("AdamW", "adamw"),
    row<Adamax>("Adamax", "adamax"),
    row<Nadam>("Nadam", "nadam"),
    row<Adagrad>("Adagrad", "adagrad"),
    row<Adadelta>("Adadelta", "adadelta"),
    row<Ftrl>("Ftrl", "ftrl"),
    row<Lion>("Lion", "lion"),
    row<Lamb>("Lamb", "lamb"),
    row<Adafactor>("Adafactor", "adafactor"),
    row<Muon>("Muon", "muon"),
};

}  // namespace

const ClassTable<Optimizer>& Optimizer::table() {
  static constexpr ClassTable<Optimizer> table{"optimizer", "keras.optimizers", rows,
                                               /*any_case=*/true};
  return table;
}

std::shared_ptr<Optimizer> optimizers::get(const std::string& name) {
  return make_member<Optimizer>(name);
}

}  // namespace keratin
