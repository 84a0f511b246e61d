#pragma once
// How weights get their first values. Formulas, defaults and names are those of Keras 3.
//
//   Dense(64, {.kernel_initializer = "he_normal"})
//   Dense(64, {.kernel_initializer = initializers::HeNormal({.seed = 7})})
//   Tensor weights = initializers::get("he_normal")({3, 4});

#include "keratin/initializers/constants.hpp"
#include "keratin/initializers/distributions.hpp"
#include "keratin/initializers/initializer.hpp"
#include "keratin/initializers/orthogonal.hpp"
#include "keratin/initializers/variance_scaling.hpp"
