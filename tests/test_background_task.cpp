// The thread that writes files beside training.

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/background_task.hpp"
#include "keratin/keratin.hpp"
#include "support/catch.hpp"
#include "support/datasets.hpp"
#include "support/threads.hpp"

using namespace keratin;

namespace {

bool interrupts_come_here() {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return !sigismember(&blocked, SIGINT);
}

}  // namespace

TEST_CASE("of the tasks that wait the newest is run", "[threads]") {
  std::vector<int> done;
  std::promise<void> go_on;
  {
    BackgroundTask tasks;
    std::promise<void> begun;
    tasks.start([&] {
      begun.set_value();
      go_on.get_future().wait();
      done.push_back(1);
    });
    begun.get_future().wait();
    for (int task : {2, 3}) tasks.start([&done, task] { done.push_back(task); });
    CHECK_FALSE(tasks.is_idle());
    go_on.set_value();
    tasks.finish();
    CHECK(tasks.is_idle());
    CHECK(done == std::vector<int>{1, 3});
    tasks.start([&] { done.push_back(4); });
  }  // runs what waits
  CHECK(done == std::vector<int>{1, 3, 4});
}

TEST_CASE("the error of a task comes once, to who waits", "[threads]") {
  BackgroundTask tasks;
  tasks.start([] { throw std::runtime_error("full"); });
  CHECK_THROWS_WITH(tasks.finish(), "full");
  CHECK_NOTHROW(tasks.finish());
}

TEST_CASE("without a thread tasks are run where they are started", "[threads]") {
  const test::ImpossibleStacks no_threads;
  BackgroundTask tasks;
  std::thread::id at;
  tasks.start([&] { at = std::this_thread::get_id(); });
  CHECK(at == std::this_thread::get_id());
  CHECK(tasks.is_idle());
  tasks.start([] { throw std::runtime_error("full"); });
  CHECK_THROWS_WITH(tasks.finish(), "full");
}

TEST_CASE("threads beside training leave signals to the program", "[threads]") {
  REQUIRE(interrupts_come_here());
  bool come = true;
  BackgroundTask tasks;
  tasks.start([&] { come = interrupts_come_here(); });
  tasks.finish();
  CHECK_FALSE(come);
  const auto program = std::this_thread::get_id();
  std::vector<bool> in_thread;
  const auto note = [&](Batch&) {
    if (std::this_thread::get_id() != program) in_thread.push_back(interrupts_come_here());
  };
  const Tensor x = Tensor::zeros({4, 1});
  CHECK(test::numbers(Dataset::from_tensor_slices(x).map(note).prefetch(2)).size() == 4);
  CHECK(!in_thread.empty());
  CHECK(std::count(in_thread.begin(), in_thread.end(), true) == 0);
  CHECK(interrupts_come_here());  // this thread is as it was
}
