#pragma once
// Losses, as classes, functions and Keras strings. Formulas and defaults are those of Keras 3.15;
// where TF-Keras 2.9 or another release differs, a loss's own lines say so.
//
// The function of a loss gives per-sample values: its last axis (or its `axis`) is gone, (N, C) ->
// (N,). On Tensors it computes, on Nodes it goes on a tape; of its class's options it takes all but
// reduction and name. y_true and y_pred must agree in shape (after Keras's rank rule, see Loss),
// else std::invalid_argument with both shapes. NaN and Inf are passed on.

#include "keratin/losses/crossentropies.hpp"
#include "keratin/losses/focal.hpp"
#include "keratin/losses/margins.hpp"
#include "keratin/losses/overlaps.hpp"
#include "keratin/losses/regression.hpp"

namespace keratin::losses {

/// By the name of its class ("MeanSquaredError"), of its function ("mean_squared_error") or a short
/// form ("mse", "MSE"). Throws std::invalid_argument for an unknown name, listing those there are.
Loss get(const std::string& name);

}  // namespace keratin::losses
