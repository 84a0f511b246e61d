#pragma once
// Callbacks: what a program hooks into fit, evaluate and predict.

#include "keratin/callbacks/backup_and_restore.hpp"
#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/csv_logger.hpp"
#include "keratin/callbacks/early_stopping.hpp"
#include "keratin/callbacks/lambda_callback.hpp"
#include "keratin/callbacks/learning_rate_scheduler.hpp"
#include "keratin/callbacks/model_checkpoint.hpp"
#include "keratin/callbacks/monitor.hpp"
#include "keratin/callbacks/progbar_logger.hpp"
#include "keratin/callbacks/reduce_lr_on_plateau.hpp"
#include "keratin/callbacks/save_freq.hpp"
#include "keratin/callbacks/stop_on_interrupt.hpp"
#include "keratin/callbacks/swap_ema_weights.hpp"
#include "keratin/callbacks/tensorboard.hpp"
#include "keratin/callbacks/terminate_on_nan.hpp"
