// Steps whose times are made up: what number of threads a trial decides for, and how often it
// tries.

#include <atomic>
#include <map>
#include <thread>

#include "kernels/thread_trial.hpp"
#include "support/catch.hpp"
#include "support/threads.hpp"

using keratin::kernels::ThreadLimit;
using keratin::kernels::ThreadTrial;

namespace {

using Times = std::map<int, double>;  // seconds a step by the number of threads

// Records `count` steps, and returns the share that ran on each number of threads.
std::map<int, double> shares(ThreadTrial& trial, int count, const Times& times) {
  std::map<int, double> shares;
  for (int i = 0; i < count; ++i) {
    trial.set_most_threads(times.rbegin()->first);
    shares[trial.threads()] += 1.0 / count;
    trial.record_step_time(times.at(trial.threads()));
  }
  return shares;
}

const Times two_are_faster = {{1, 3e-4}, {2, 2e-4}};
const Times one_is_faster = {{1, 3e-4}, {2, 4e-4}};
const Times one_is_much_faster = {{1, 3e-4}, {2, 6e-4}};

}  // namespace

TEST_CASE("a trial settles on what is faster", "[pool]") {
  ThreadTrial helped, alone;
  CHECK(shares(helped, 3000, two_are_faster)[1] == Approx(0.02));  // 3 trials of 20 steps alone
  CHECK(shares(alone, 3000, one_is_faster)[1] > 0.9);
  CHECK(alone.threads() == 1);
}

TEST_CASE("a trial is held again, and follows what changed", "[pool]") {
  ThreadTrial trial;
  shares(trial, 100, two_are_faster);
  CHECK(trial.threads() == 2);
  shares(trial, 6000, one_is_much_faster);
  CHECK(trial.threads() == 1);
  shares(trial, 6000, two_are_faster);
  CHECK(trial.threads() == 2);
}

TEST_CASE("one slow moment does not decide a trial", "[pool]") {
  for (int slow = 0; slow < 90; ++slow) {
    ThreadTrial trial;
    for (int i = 0; i < 100; ++i) {
      trial.set_most_threads(2);
      trial.record_step_time(i == slow ? 4e-3 : two_are_faster.at(trial.threads()));
    }
    CHECK(trial.threads() == 2);
  }
}

TEST_CASE("a trial that was lucky is found out", "[pool]") {
  ThreadTrial trial;
  shares(trial, 100, two_are_faster);  // the helper had its core to itself just then
  CHECK(trial.threads() == 2);
  shares(trial, 800, one_is_faster);
  CHECK(shares(trial, 2000, one_is_faster)[1] > 0.8);
}

TEST_CASE("a trial that was unlucky is held again soon", "[pool]") {
  ThreadTrial trial;
  shares(trial, 100, one_is_much_faster);
  CHECK(trial.threads() == 1);
  shares(trial, 500, two_are_faster);  // 0.15 s
  CHECK(trial.threads() == 2);
}

TEST_CASE("long steps are never tried on fewer threads", "[pool]") {
  ThreadTrial trial;
  CHECK(shares(trial, 1000, {{1, 1e-3}, {2, 6e-3}})[1] == 0);
}

TEST_CASE("trials take a small part of the time even if steps are long", "[pool]") {
  ThreadTrial trial;
  shares(trial, 100, {{1, 2e-3}, {2, 3e-3}});
  CHECK(trial.threads() == 1);
  CHECK(shares(trial, 1000, {{1, 2e-3}, {2, 3e-3}})[2] < 0.1);
}

TEST_CASE("a trial finds the best of many numbers of threads", "[pool]") {
  struct Case {
    Times times;
    int best;
  };
  const Case cases[] = {
      {{{1, 8e-4}, {2, 5e-4}, {4, 3e-4}, {8, 2e-4}, {16, 1e-4}}, 16},
      {{{1, 8e-4}, {2, 5e-4}, {4, 3e-4}, {8, 2e-4}, {16, 4e-4}}, 8},
      {{{1, 8e-4}, {2, 2e-4}, {4, 3e-4}, {8, 4e-4}, {16, 5e-4}}, 2},
      {{{1, 1e-4}, {2, 2e-4}, {4, 4e-4}, {8, 5e-4}, {16, 5e-4}}, 1},  // 8 as slow as 16
      {{{1, 5e-4}, {2, 3e-4}, {4, 1e-4}, {6, 2e-4}}, 4},  // 6 threads are not a power of two
      {{{1, 5e-4}, {2, 3e-4}, {3, 1e-4}}, 3},
  };
  for (const auto& [times, best] : cases) {
    CAPTURE(times.size(), best);
    ThreadTrial trial;
    CHECK(shares(trial, 5000, times)[best] > 0.85);
    CHECK(trial.threads() == best);
  }
}

TEST_CASE("a trial goes back to more threads", "[pool]") {
  ThreadTrial trial;
  shares(trial, 500, {{1, 1e-4}, {2, 2e-4}, {4, 3e-4}, {8, 4e-4}});
  CHECK(trial.threads() == 1);
  shares(trial, 60000, {{1, 2e-4}, {2, 1.5e-4}, {4, 1.2e-4}, {8, 1e-4}});
  CHECK(trial.threads() == 8);
}

TEST_CASE("steps of another kind begin with all threads again", "[pool]") {
  ThreadTrial trial;
  shares(trial, 500, {{1, 2e-5}, {2, 3e-5}});
  CHECK(trial.threads() == 1);
  shares(trial, 16, {{1, 2e-2}, {2, 1e-2}});  // larger batches, seen when a window of 8 ends
  CHECK(trial.threads() == 2);
  shares(trial, 100, {{1, 2e-2}, {2, 1e-2}});
  CHECK(trial.threads() == 2);
  CHECK(shares(trial, 500, {{1, 2e-5}, {2, 3e-5}})[1] > 0.7);  // small ones
}

TEST_CASE("a trial starts anew when the number of threads is set", "[pool]") {
  ThreadTrial trial;
  shares(trial, 500, one_is_much_faster);
  CHECK(trial.threads() == 1);
  trial.set_most_threads(2);
  CHECK(trial.threads() == 1);
  trial.set_most_threads(4);
  CHECK(trial.threads() == 4);
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
    const ThreadLimit scope(1);
    region();
    CHECK(elsewhere == 0);
    {
      const ThreadLimit inner(3);
      CHECK(reaches_helpers());
    }
    elsewhere = 0;
    region();
    CHECK(elsewhere == 0);
  }
  CHECK(reaches_helpers());
}
