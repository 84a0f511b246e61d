#pragma once
// Losses as classes, functions and Keras strings. Formulas and defaults are those of Keras 3.15;
// where TF-Keras 2.9 or another release differs, the comment of a loss says so.
//
// The function of a loss gives per-sample values, on tensors and on nodes: the mean or sum of its
// formula runs over the last axis, or over its argument `axis`, so (N, C) becomes (N). The class
// takes the same arguments, weighs the values by sample and reduces them. y_true and y_pred must
// agree in shape after Keras's rank rule, by which (N) and (N, 1) become (N, 1), and of two ranks
// that differ by one the higher loses a last axis of 1; otherwise std::invalid_argument names both
// shapes. NaN and infinities are passed on.

#include "keratin/losses/crossentropies.hpp"
#include "keratin/losses/focal.hpp"
#include "keratin/losses/margins.hpp"
#include "keratin/losses/overlaps.hpp"
#include "keratin/losses/regression.hpp"

namespace KERATIN_API keratin {
namespace losses {

/// The loss of that class name ("MeanSquaredError"), function name ("mean_squared_error") or short
/// form ("mse", "MSE"). Made by a class name it has the default name of the class, else it is named
/// as given. Throws std::invalid_argument for an unknown name, listing those there are.
LossHandle get(const std::string& name);

}  // namespace losses
}  // namespace keratin
