#pragma once
// Learning-rate schedules: what a learning rate is at each step. Formulas, defaults and names are
// those of Keras 3, and like it they are computed in float32.
//
//   Adam({.learning_rate = schedules::CosineDecay({.initial_learning_rate = 0.01,
//                                                  .decay_steps = 1000})})

#include "keratin/schedules/cosine.hpp"
#include "keratin/schedules/decays.hpp"
#include "keratin/schedules/learning_rate.hpp"
#include "keratin/schedules/learning_rate_schedule.hpp"
