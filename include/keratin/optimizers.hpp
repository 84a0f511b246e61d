#pragma once
// Optimizers, as classes and Keras strings. Update rules and defaults are those of Keras 3.

#include "keratin/optimizers/adadelta.hpp"
#include "keratin/optimizers/adafactor.hpp"
#include "keratin/optimizers/adagrad.hpp"
#include "keratin/optimizers/adam.hpp"
#include "keratin/optimizers/adamax.hpp"
#include "keratin/optimizers/adamw.hpp"
#include "keratin/optimizers/ftrl.hpp"
#include "keratin/optimizers/lamb.hpp"
#include "keratin/optimizers/lion.hpp"
#include "keratin/optimizers/muon.hpp"
#include "keratin/optimizers/nadam.hpp"
#include "keratin/optimizers/optimizer.hpp"
#include "keratin/optimizers/rmsprop.hpp"
#include "keratin/optimizers/sgd.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

/// An optimizer with its defaults by its Keras name, in whatever case. Throws std::invalid_argument
/// for an unknown one, listing those there are.
std::shared_ptr<Optimizer> get(const std::string& name);

}  // namespace optimizers
}  // namespace keratin
