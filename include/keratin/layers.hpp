#pragma once
// All layers: one a file.

#include "keratin/layers/activation.hpp"
#include "keratin/layers/dense.hpp"
#include "keratin/layers/flatten.hpp"
#include "keratin/layers/input.hpp"
#include "keratin/layers/rescaling.hpp"
#include "keratin/layers/reshape.hpp"
