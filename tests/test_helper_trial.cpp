// Steps whose times are made up: which way the trial decides, and how often it tries.

#include <atomic>
#include <thread>

#include "kernels/helper_trial.hpp"
#include "support/catch.hpp"
#include "support/threads.hpp"

using keratin::kernels::HelperTrial;

namespace {

// The share of `count` steps that ran alone.
double share_alone(HelperTrial& trial, int count, double together, double alone) {
  int times = 0;
  for (int i = 0; i < count; ++i) {
    times += trial.alone();
    trial.record_step_time(trial.alone() ? alone : together);
  }
  return static_cast<double>(times) / count;
}

}  // namespace

TEST_CASE("a trial settles on what is faster", "[pool]") {
  HelperTrial helped, alone;
  CHECK(share_alone(helped, 3000, 2e-4, 3e-4) == Approx(0.02));  // three trials of 20 steps alone
  CHECK(share_alone(alone, 3000, 4e-4, 3e-4) > 0.9);
  CHECK(alone.alone());
}

TEST_CASE("a trial is held again, and follows what changed", "[pool]") {
  HelperTrial trial;
  share_alone(trial, 100, 2e-4, 3e-4);
  CHECK_FALSE(trial.alone());
  share_alone(trial, 6000, 6e-4, 3e-4);
  CHECK(trial.alone());
  share_alone(trial, 6000, 2e-4, 3e-4);
  CHECK_FALSE(trial.alone());
}

TEST_CASE("one slow moment does not decide a trial", "[pool]") {
  for (int slow = 0; slow < 90; ++slow) {
    HelperTrial trial;
    for (int i = 0; i < 100; ++i)
      trial.record_step_time(i == slow ? 4e-3 : trial.alone() ? 3e-4 : 2e-4);
    CHECK_FALSE(trial.alone());
  }
}

TEST_CASE("a trial that was lucky is found out", "[pool]") {
  HelperTrial trial;
  share_alone(trial, 100, 2e-4, 3e-4);  // the helper had its core to itself just then
  CHECK_FALSE(trial.alone());
  share_alone(trial, 800, 4e-4, 3e-4);
  CHECK(share_alone(trial, 2000, 4e-4, 3e-4) > 0.8);
}

TEST_CASE("a trial that was unlucky is held again soon", "[pool]") {
  HelperTrial trial;
  share_alone(trial, 100, 6e-4, 3e-4);
  CHECK(trial.alone());
  share_alone(trial, 500, 2e-4, 3e-4);  // 0.15 s
  CHECK_FALSE(trial.alone());
}

TEST_CASE("long steps are never tried alone", "[pool]") {
  HelperTrial trial;
  CHECK(share_alone(trial, 1000, 6e-3, 1e-3) == 0);
}

TEST_CASE("a step that is to run alone does, whatever it calls", "[pool]") {
  const keratin::test::ThreadsRestored restored;
  keratin::utils::set_num_threads(3);
  const auto caller = std::this_thread::get_id();
  std::atomic<int> elsewhere = 0;
  const auto region = [&] {
    keratin::kernels::parallel_for(64, [&](std::size_t) {
      elsewhere += std::this_thread::get_id() != caller;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    });
  };
  const auto reaches_helpers = [&] {  // on a busy machine they may take their time
    for (int i = 0; i < 3000 && elsewhere == 0; ++i) region();
    return elsewhere > 0;
  };
  {
    const keratin::kernels::Alone scope(true);
    region();
    CHECK(elsewhere == 0);
    {
      const keratin::kernels::Alone inner(false);
      CHECK(reaches_helpers());
    }
    elsewhere = 0;
    region();
    CHECK(elsewhere == 0);
  }
  CHECK(reaches_helpers());
}
