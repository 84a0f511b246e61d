#pragma once
// Settings of the whole process, named as in Keras.

#include <functional>
#include <string_view>

#include "keratin/random.hpp"

namespace keratin::utils {

/// Sets the number of threads that training, evaluation and prediction share, the calling thread
/// included. Results have the same bits for any number. The default is the environment variable
/// KERATIN_NUM_THREADS if it is set, otherwise the processors that the affinity mask and the CPU
/// quota of the process's cgroup allow. Threads are started when they are first needed; if the
/// system refuses some, the library warns and uses those that it got. Throws std::invalid_argument
/// unless `count` is from 1 to 256.
void set_num_threads(int count);

/// The number of threads set, or the number that the system granted.
int num_threads();

/// Forgets how often each automatic name was used: the next Dense layer is "dense" again.
void clear_session();

/// Receives the library's warnings. It may be called by any thread, by several at once. What it
/// throws reaches the caller of the function that warned.
using WarningHandler = std::function<void(std::string_view message)>;

/// Replaces the function that receives warnings, and returns the previous one. An empty handler
/// stands for the default, which prints "keratin: warning: <message>" to stderr.
WarningHandler set_warning_handler(WarningHandler handler);

}  // namespace keratin::utils
