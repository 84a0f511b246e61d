#pragma once
// Whether the pool's helpers help: where a neighbour keeps the other cores busy, or they are far away, small steps are faster alone.
// A step has the same bits either way.

#include <array>
#include <chrono>

#include "kernels/pool.hpp"

namespace keratin::kernels {

/// Runs steps that are much alike. Now and then it times a few with helpers and a few without, and goes on with what was faster, for as
/// long as it is.
class HelperTrial {
 public:
  template <class Step>
  auto run(const Step& step) {
    if (!has_helpers()) return step();
    const Alone scope(alone());
    const auto start = std::chrono::steady_clock::now();
    auto result = step();
    took(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return result;
  }

  /// Whether the next step is to run on one thread.
  bool alone() const { return in_trial() ? step_ / window % 2 == 1 : alone_; }
  /// How many seconds it took.
  void took(double seconds);

 private:
  static constexpr int window = 4, rounds = 3;   // steps with helpers, as many without, and again: the median round decides
  bool in_trial() const { return step_ >= 0; }
  void choose();

  bool alone_ = false;
  int step_ = -1;                         // of the trial, or -1
  int block_steps_ = 0;                   // since the last choice
  double block_ = 0, settled_ = 0;        // seconds since the last choice, since the last trial
  double settle_for_ = 0;                 // at first the trial comes as soon as the first steps have allocated what they need
  std::array<double, 2> mean_ = {};       // seconds of a step, by alone, as last known
  std::array<std::array<double, rounds>, 2> times_;   // by alone, by round
};

}  // namespace keratin::kernels
