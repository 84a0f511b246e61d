// The library before main, after main, on both sides of a fork and while the process exits under a
// thread that trains. Each scenario runs in processes of its own, which must end by themselves,
// with the status that they exit with.
//
// lifetimes        runs all scenarios
// lifetimes NAME   runs one, in this process

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "keratin/keratin.hpp"
#include "kernels/pool.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

constexpr int good = 7;              // what a process exits with when all is well
constexpr unsigned time_limit = 60;  // seconds
const std::size_t rows = 512, inputs = 256;

// A network whose products take every way: over nonzeros, dense in tiles, transposed, small.
struct Training {
  Tensor x = Tensor::ones({rows, inputs});
  std::vector<int> y = std::vector<int>(rows, 3);
  Sequential model{{Input({inputs}), Dense(512, "relu"), Dense(10, "softmax")}};

  Training() {
    for (std::size_t i = 0; i < x.size() / 2; ++i) x.values()[i] = i % 8 == 0;
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  }
  void run(int epochs = 1) { model.fit(x, y, {.batch_size = 128, .epochs = epochs, .verbose = 0}); }
};

void train() { Training().run(); }

// Whether a region's tiles reach a second thread, which may take a while on a busy machine.
bool helpers_work() {
  std::atomic<bool> elsewhere{false};
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 5000 && !elsewhere; ++i)
    kernels::parallel_for(64, [&](std::size_t) {
      if (std::this_thread::get_id() != caller) elsewhere = true;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    });
  return elsewhere;
}

// Whether a child that runs `body` ends by itself with what `body` returns, `good`.
template <class Body>
bool child_ends_well(const Body& body) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(time_limit);
    std::exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) std::printf("  ended by signal %d\n", WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == good;
}

int fork_before_first_use() {
  const bool ended = child_ends_well([] {
    train();
    return helpers_work() ? good : 1;
  });
  train();
  return ended ? good : 1;
}

int fork_after_use() {
  train();
  const bool ended = child_ends_well([] {
    train();
    if (!helpers_work()) return 1;
    const bool grandchild_ended = child_ends_well([] {
      utils::set_num_threads(3);
      train();
      return good;
    });
    return grandchild_ended ? good : 2;
  });
  if (!ended || !helpers_work()) return 1;
  return child_ends_well([] { return good; }) ? good : 2;  // one that does not use the library
}

int fork_while_another_thread_trains() {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    Training training;
    while (!stop) training.run();
  });
  bool all_ended = true;
  for (int i = 0; i < 20; ++i)
    all_ended = all_ended && child_ends_well([] {
                  train();
                  return good;
                });
  stop = true;
  other.join();
  return all_ended ? good : 1;
}

// What a destructor that runs while the process exits found.
std::atomic<int> late_uses{0};

struct UsedLate {
  Training* training = nullptr;
  ~UsedLate() {
    if (!training) return;
    training->run();
    delete training;
    train();  // with new layers, whose names are counted
    ++late_uses;
    if (late_uses == 2) _exit(good);
  }
};
UsedLate before_main;

int destructor_of_a_static_object() {
  static UsedLate in_main;
  in_main.training = new Training();
  before_main.training = new Training();
  before_main.training->run();
  return 1;  // unless both destructors ran
}

// The first use of the library is in a destructor.
int first_use_after_main() {
  std::atexit([] {
    train();
    utils::set_num_threads(3);
    train();
    _exit(good);
  });
  return 1;
}

int handler_at_exit() {
  train();
  std::atexit([] {
    train();
    _exit(good);
  });
  return 1;
}

int destructor_of_a_thread_local() {
  const auto use_late = [] {
    thread_local UsedLate early;  // destroyed after the library's own of this thread
    early.training = new Training();
    train();
  };
  std::thread(use_late).join();
  use_late();  // the main thread's are destroyed before static objects
  return 1;
}

// Another thread is in the middle of a fit: it must neither keep the process nor crash it.
int exit_while_another_thread_trains() {
  for (int i = 0; i < 30; ++i) {
    const bool ended = child_ends_well([i] {
      utils::set_num_threads(1 + i % 3);
      std::atomic<bool> started{false};
      std::thread([&] {
        Training training;
        started = true;
        for (;;) training.run();
      }).detach();
      while (!started) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::microseconds(997 * i));
      std::exit(good);
      return 1;
    });
    if (!ended) return 1;
  }
  return good;
}

// A static object that owns a training thread and waits for it in its destructor.
struct Trainer {
  std::atomic<bool> stop{false};
  std::thread thread;
  ~Trainer() {
    if (!thread.joinable()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop = true;
    thread.join();
  }
};
Trainer trainer;

int exit_waits_for_a_training_thread() {
  std::atomic<bool> started{false};
  trainer.thread = std::thread([&] {
    Training training;
    started = true;
    while (!trainer.stop) training.run();
  });
  while (!started) std::this_thread::yield();
  return good;
}

// Presses Ctrl-C in the first batch, and once more a while later.
struct PressesTwice : Callback {
  void on_train_batch_end(int, Logs&) override {
    std::raise(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    std::raise(SIGINT);
    std::_Exit(1);  // the second one has done nothing
  }
};

int second_interrupt_ends_the_program() {
  const pid_t child = fork();
  if (child == 0) {
    alarm(time_limit);
    Training training;
    training.model.fit(training.x, training.y,
                       {.verbose = 0, .callbacks = {callbacks::StopOnInterrupt(), PressesTwice()}});
    std::_Exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? good : !good;
}

struct Scenario {
  const char* name;
  int (*run)();
};
const Scenario scenarios[] = {
    {"fork_before_first_use", fork_before_first_use},
    {"fork_after_use", fork_after_use},
    {"fork_while_another_thread_trains", fork_while_another_thread_trains},
    {"destructor_of_a_static_object", destructor_of_a_static_object},
    {"first_use_after_main", first_use_after_main},
    {"handler_at_exit", handler_at_exit},
    {"destructor_of_a_thread_local", destructor_of_a_thread_local},
    {"exit_while_another_thread_trains", exit_while_another_thread_trains},
    {"exit_waits_for_a_training_thread", exit_waits_for_a_training_thread},
    {"second_interrupt_ends_the_program", second_interrupt_ends_the_program},
};

}  // namespace

int main(int argc, char** argv) {
  setenv("KERATIN_NUM_THREADS", "3", 1);
  int failed = 0;
  for (const Scenario& scenario : scenarios) {
    if (argc > 1) {
      if (std::strcmp(argv[1], scenario.name) == 0) return scenario.run();
      continue;
    }
    const bool ended = child_ends_well(scenario.run);
    std::printf("%s: %s\n", scenario.name, ended ? "ended well" : "FAILED");
    failed += !ended;
  }
  return argc > 1 || failed > 0;
}
