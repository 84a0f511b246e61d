#pragma once
// Settings of the whole process, named as in Keras, and what it runs on.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/random.hpp"

namespace KERATIN_API keratin {
namespace utils {

/// Sets the number of threads that training, evaluation and prediction share, the calling thread
/// included. Results have the same bits for any number. The default is the environment variable
/// KERATIN_NUM_THREADS if it is set, otherwise the cores that the affinity mask and the CPU quota
/// of the process's cgroup allow; hyper-threads are not counted. Threads are started when they are
/// first needed; if the system refuses some, the library warns and uses those that it got. Short
/// steps use fewer threads where that was measured to be faster. Throws std::invalid_argument
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

/// What keratin runs on and computes with: for bug reports, and beside the figures of a benchmark.
/// A text is empty, and a number 0, where this cannot be found out.
struct SystemInfo {
  std::string version;   // keratin's, such as "0.1.0"
  std::string compiler;  // that compiled keratin, such as "GCC 12.2.0"
  std::string system;    // operating system, its release, and the C library

  std::string processor;     // model name, vendor, and the numbers by which libraries know it
  int processors = 0;        // of the machine; each hyper-thread counts as one
  int cores = 0;             // of the machine
  int usable_cores = 0;      // those that the affinity mask lets this process use
  std::size_t l1_bytes = 0;  // the caches that the first processor uses: level 1 for data,
  std::size_t l2_bytes = 0;  // level 2,
  std::size_t l3_bytes = 0;  // and level 3, which several cores share
  int threads = 0;           // num_threads()

  // The inner loops in use. The environment variable KERATIN_SIMD, set to one of usable_simd,
  // chooses them; the default is the fastest. Another value makes whatever computes throw
  // std::invalid_argument.
  std::string simd;
  std::string simd_architecture;         // the instructions that they are compiled for
  std::vector<std::string> usable_simd;  // all that this machine can run, the fastest first

  std::string blas;                // the BLAS library: name, version and how it was built
  std::string blas_file;           // where it was loaded from
  std::string blas_core;           // the kernels that OpenBLAS uses, such as "SkylakeX"
  std::string blas_core_replaced;  // those it had chosen, if they were too old; otherwise empty

  std::string zlib, xtensor, xtensor_blas, xsimd;  // versions
};

/// Finds out what can be found out; the rest is no error.
SystemInfo system_info();

/// Lines "name: value"; what is not known is "unknown".
std::string to_string(const SystemInfo& info);

}  // namespace utils
}  // namespace keratin
