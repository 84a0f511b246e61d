#pragma once
// Callbacks: what a program hooks into fit, evaluate and predict.

#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/progbar_logger.hpp"
#include "keratin/callbacks/stop_on_interrupt.hpp"
