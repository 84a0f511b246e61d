#pragma once
// All layers.

#include "keratin/layers/activation.hpp"
#include "keratin/layers/dense.hpp"
#include "keratin/layers/flatten.hpp"
#include "keratin/layers/input.hpp"
#include "keratin/layers/rescaling.hpp"
#include "keratin/layers/reshape.hpp"
