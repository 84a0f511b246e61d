#include "kernels/blas_core.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/never_destroyed.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"

// Weak, because another BLAS has none of these, and only a DYNAMIC_ARCH build has the last three.
extern "C" {
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] char* gotoblas_corename();     // the same; a static library may lack the other
[[gnu::weak]] void gotoblas_dynamic_init();  // chooses a core, unless there is one
[[gnu::weak]] void gotoblas_dynamic_quit();  // forgets the core; nothing else
}

namespace keratin::kernels {

namespace {

constexpr const char* variable = "OPENBLAS_CORETYPE";  // gotoblas_dynamic_init() reads it

// The newest instructions that a core makes use of, or that a processor has.
enum class Level { older, avx2, avx512 };

Level level_of(std::string_view core) {
  constexpr std::string_view older[] = {
      "Katmai",      "Coppermine",  "Northwood",  "Prescott",  "Banias",       "Atom",
      "Core2",       "Penryn",      "Dunnington", "Nehalem",   "Athlon",       "Opteron",
      "Nano",        "Barcelona",   "Bobcat",     "Bulldozer", "Opteron_SSE3", "Piledriver",
      "Steamroller", "Sandybridge", "Unknown",    "generic",   "Generic",      "GENERIC"};
  constexpr std::string_view avx2[] = {"Haswell", "Zen", "Excavator"};
  if (std::ranges::find(older, core) != std::end(older)) return Level::older;
  if (std::ranges::find(avx2, core) != std::end(avx2)) return Level::avx2;
  return Level::avx512;  // a name that is not known here belongs to a newer processor
}

// The cores for this processor, the best first; none if it is too old to matter, or no x86-64.
std::vector<const char*> fitting_cores() {
  std::vector<const char*> cores;
#ifdef __x86_64__
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return cores;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    cores.push_back("SkylakeX");
  cores.push_back(__builtin_cpu_is("amd") ? "Zen" : "Haswell");
#endif
  return cores;
}

// Whether a thread of this process other than the caller is running, or about to.
bool another_thread_runs() {
  const std::string own = std::to_string(gettid());
  std::error_code error;  // without /proc there is nothing to be seen
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    if (thread.path().filename() == own) continue;
    std::string line;  // "ID (NAME) STATE ..."
    std::getline(std::ifstream(thread.path() / "stat"), line);
    const std::size_t name_end = line.rfind(") ");
    if (name_end == std::string::npos) continue;  // the thread has ended
    const char state = line[name_end + 2];
    if (state == 'R' || state == 'D') return true;
  }
  return false;
}

// Whether no other thread is inside OpenBLAS, as far as can be told from outside. The usual
// program has no threads yet, except those that OpenBLAS itself has started and not yet used. In
// others (this library may be a plugin's) all threads must be asleep.
bool others_are_idle() {
  constexpr std::chrono::milliseconds longest_wait{500};
  constexpr std::chrono::milliseconds between_looks{1};
  constexpr int openmp = 2;  // of openblas_get_parallel(): threads are started by the first call
  const bool started = !openblas_get_parallel || openblas_get_parallel() != openmp;
  const int expected = openblas_get_num_threads && started ? openblas_get_num_threads() : 1;
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/self/task", error);
  if (error || std::distance(begin(threads), end(threads)) <= expected) return true;
  const auto end_of_wait = std::chrono::steady_clock::now() + longest_wait;
  while (another_thread_runs()) {
    if (std::chrono::steady_clock::now() > end_of_wait) return false;
    std::this_thread::sleep_for(between_looks);
  }
  return true;
}

// Lets OpenBLAS choose its core again, told `core` by an environment of its own: the program's
// stays as it is.
void choose(const char* core) {
  std::string setting = concat(variable, '=', core);
  std::vector<char*> environment;
  for (char** entry = environ; entry && *entry; ++entry) environment.push_back(*entry);
  environment.push_back(setting.data());
  environment.push_back(nullptr);
  char** const before = std::exchange(environ, environment.data());
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  environ = before;
}

std::string current_core() {
  if (openblas_get_corename) return openblas_get_corename();
  return gotoblas_corename ? gotoblas_corename() : "";
}

// Replaces the core by the best one that this build of OpenBLAS has for the processor.
void replace(BlasCore& core, const std::vector<const char*>& fitting) {
  for (const char* name : fitting) {
    if (level_of(core.name) >= level_of(name)) return;
    choose(name);
    if (level_of(current_core()) >= level_of(name)) {
      core.replaced = std::exchange(core.name, current_core());
      return;
    }
    choose(core.name.c_str());
  }
}

BlasCore find_core() {
  const bool can_choose = gotoblas_dynamic_init && gotoblas_dynamic_quit;
  if (can_choose) gotoblas_dynamic_init();  // a static library might be initialized only later
  BlasCore core = {.name = current_core(), .replaced = {}, .warning = {}};
  const std::vector<const char*> fitting = fitting_cores();
  if (core.name.empty() || fitting.empty() || std::getenv(variable)) return core;
  const auto is_old = [&] { return level_of(core.name) < level_of(fitting.front()); };
  if (!is_old()) return core;

  const bool may_choose = can_choose && others_are_idle();
  if (may_choose) replace(core, fitting);
  if (is_old())
    core.warning =
        concat("OpenBLAS uses kernels for ", core.name, ", which are slow on this processor: ",
               can_choose && !may_choose
                   ? concat("start the program with ", variable, '=', fitting.front(), " set")
                   : "this build of it has none that fit");
  return core;
}

[[gnu::constructor]] void replace_an_old_core() { blas_core(); }

}  // namespace

const BlasCore& blas_core() {
  static NeverDestroyed<BlasCore> core(find_core());
  return *core;
}

void warn_of_slow_blas_core() {
  static std::atomic<bool> warned = false;
  if (blas_core().warning.empty() || warned.exchange(true)) return;
  warn("blas", blas_core().warning);
}

}  // namespace keratin::kernels
