// Which core the kernels make OpenBLAS use, with functions in OpenBLAS's place that only remember a
// name. The choice is made before main(), so each case is a process of its own, told by its
// environment what to play:
//
//   PLAY_CORE     the core that OpenBLAS has chosen
//   PLAY_CORES    the cores that it has
//   PLAY_THREAD   1 if another thread of the program is at work, 2 if one sleeps
//
// blas_core                 all cases
// blas_core CORE WARNING    one of them: the core wanted afterwards, and the only warning

#include "kernels/blas_core.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "keratin/utils.hpp"
#include "kernels/blas.hpp"

namespace {

// Without constructors, because they are used before those run.
char name_of_core[32] = "";
char** environment_before = nullptr;
int failed = 0;

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

[[maybe_unused]] bool has(std::string_view core) {
  const std::string cores = ' ' + setting("PLAY_CORES") + ' ';
  return strcasestr(cores.c_str(), (' ' + std::string(core) + ' ').c_str()) != nullptr;
}

void set_core(const std::string& core) {
  std::snprintf(name_of_core, sizeof name_of_core, "%s", core.c_str());
}

[[gnu::constructor(101)]] void before_all_others() {
  environment_before = environ;
  const std::string thread = setting("PLAY_THREAD");
  if (thread == "1")
    std::thread([] {
      for (const volatile bool at_work = true; at_work;) {
      }
    }).detach();
  if (thread == "2") std::thread([] { sleep(100); }).detach();
}

}  // namespace

extern "C" {
char* openblas_get_corename() {
  if (!*name_of_core) set_core(setting("PLAY_CORE"));
  return name_of_core;
}
#ifndef ONE_CORE
void gotoblas_dynamic_quit() { *name_of_core = '\0'; }
void gotoblas_dynamic_init() {
  if (*name_of_core) return;
  const char* const asked = std::getenv("OPENBLAS_CORETYPE");
  set_core(!asked ? setting("PLAY_CORE") : has(asked) ? asked : "Prescott");
}
#endif
}

namespace {

void expect(bool ok, const std::string& what) {
  if (ok) return;
  std::printf("wrong: %s\n", what.c_str());
  ++failed;
}

int check_one(const std::string& core, const std::string& warning) {
  expect(environ == environment_before, "the environment is another one");
  expect(core == name_of_core, std::string("before main() the core is ") + name_of_core);
  std::string warnings;
  keratin::utils::set_warning_handler([&](std::string_view text) { warnings += text; });
  for (int i = 0; i < 3; ++i) const keratin::kernels::BlasSection section;
  expect(keratin::kernels::blas_core().name == core, keratin::kernels::blas_core().name);
  expect(warnings == warning, "warned '" + warnings + "'");
  const std::string before = setting("PLAY_CORE");
  const bool replaced = core != before && !std::getenv("OPENBLAS_CORETYPE");
  expect(keratin::kernels::blas_core().replaced == (replaced ? before : ""), "replaced");
  return failed > 0;
}

struct Case {
  std::vector<std::string> play;
  std::string core;
  std::string warning = "";
};

// Whether the program, given these settings, ends as wanted.
bool passes(std::string program, const Case& test) {
  std::vector<std::string> words = test.play;
  std::vector<char*> environment, arguments;
  for (std::string& word : words) environment.push_back(word.data());
  environment.push_back(nullptr);
  std::string core = test.core, warning = test.warning;
  for (std::string* word : {&program, &core, &warning}) arguments.push_back(word->data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(),
                  environment.data()) != 0)
    return false;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<Case> cases(const std::string& best, [[maybe_unused]] const std::string& second) {
  const auto slow = [](const std::string& core, const std::string& remedy) {
    return "[blas] OpenBLAS uses kernels for " + core +
           ", which are slow on this processor: " + remedy;
  };
  const std::string none = "this build of it has none that fit";
#ifdef ONE_CORE
  return {{{"PLAY_CORE=Prescott"}, "Prescott", slow("Prescott", none)},
          {{"PLAY_CORE=Prescott", "OPENBLAS_CORETYPE=Haswell"}, "Prescott"},
          {{"PLAY_CORE=" + best}, best}};
#else
  const std::string all = "PLAY_CORES=Prescott Haswell Zen SkylakeX";
  std::vector<Case> cases = {
      {{"PLAY_CORE=Prescott", all}, best},
      {{"PLAY_CORE=Sandybridge", all, "PATH=/bin"}, best},
      {{"PLAY_CORE=" + best, all}, best},
      {{"PLAY_CORE=SapphireRapids", all}, "SapphireRapids"},
      {{"PLAY_CORE=OfTheFuture", all}, "OfTheFuture"},
      {{"PLAY_CORE=Prescott", "PLAY_CORES=Prescott"}, "Prescott", slow("Prescott", none)},
      {{"PLAY_CORE=Nehalem", "PLAY_CORES=Prescott Nehalem"}, "Nehalem", slow("Nehalem", none)},
      {{"PLAY_CORE=Prescott", all, "PLAY_THREAD=2"}, best},
      {{"PLAY_CORE=Prescott", all, "PLAY_THREAD=1"},
       "Prescott",
       slow("Prescott", "start the program with OPENBLAS_CORETYPE=" + best + " set")},
      {{"PLAY_CORE=Prescott", all, "OPENBLAS_CORETYPE=Prescott"}, "Prescott"},
      {{"PLAY_CORE=Prescott", all, "OPENBLAS_CORETYPE=nonsense"}, "Prescott"},
      {{"PLAY_CORE=Prescott", all, "OPENBLAS_CORETYPE="}, "Prescott"},
  };
  if (best != second) {
    cases.push_back({{"PLAY_CORE=" + second, all}, best});
    cases.push_back(
        {{"PLAY_CORE=Prescott", "PLAY_CORES=Prescott " + second}, second, slow(second, none)});
  }
  return cases;
#endif
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return check_one(argv[1], argv[2]);
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    std::puts("skipped: no core is too old for this processor");
    return 77;
  }
  const std::string second = __builtin_cpu_is("amd") ? "Zen" : "Haswell";
  const std::string best = __builtin_cpu_supports("avx512vl") ? "SkylakeX" : second;
  for (const Case& test : cases(best, second)) {
    std::string played;
    for (const std::string& word : test.play) played += word + ' ';
    expect(passes(argv[0], test), played);
  }
  std::puts(failed ? "" : "every core is as wanted");
  return failed > 0;
}
