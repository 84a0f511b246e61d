#pragma once
// All layers.

#include "keratin/layers/activation.hpp"
#include "keratin/layers/conv.hpp"
#include "keratin/layers/conv_transpose.hpp"
#include "keratin/layers/dense.hpp"
#include "keratin/layers/depthwise_conv.hpp"
#include "keratin/layers/flatten.hpp"
#include "keratin/layers/global_pooling.hpp"
#include "keratin/layers/input.hpp"
#include "keratin/layers/padding.hpp"
#include "keratin/layers/pooling.hpp"
#include "keratin/layers/rescaling.hpp"
#include "keratin/layers/reshape.hpp"
#include "keratin/layers/up_sampling.hpp"
