// How many cores a training step could use: a simulation of the pool (src/kernels/pool.cpp) by the
// cost model in docs/performance.md.
//   simulate_cores                 (on processors 0 and 1)
// Records the real regions of a step, with the time of each tile and of what lies between regions,
// on one thread: of each the least over 40 steps, so other work on the machine matters little.
// Measures what two cores pay for a cache line and for waking a sleeper. Then lets N cores claim
// the tiles.
//
// Linked with --wrap, so that the library's calls of parallel_for arrive here.

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <keratin/keratin.hpp>
#include <limits>
#include <queue>
#include <thread>
#include <vector>

#include "kernels/pool.hpp"

using namespace keratin;
using namespace keratin::layers;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// All times are in microseconds.
struct Region {
  double before = never;  // since the region before it, or since the step began
  std::vector<double> tiles;
};

struct Step {
  std::vector<Region> regions;
  double after = never;  // the last region
};

// The step being recorded.
Step recorded;
std::size_t next_region = 0;
Clock::time_point last_end;
bool inside_tile = false;

void record_region(std::size_t count, kernels::TileFunction tile) {
  const double before = microseconds_since(last_end);
  if (next_region == recorded.regions.size()) recorded.regions.emplace_back();
  Region& region = recorded.regions[next_region++];
  region.before = std::min(region.before, before);
  region.tiles.resize(count, never);
  inside_tile = true;
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    tile(i);
    region.tiles[i] = std::min(region.tiles[i], microseconds_since(start));
  }
  inside_tile = false;
  last_end = Clock::now();
}

}  // namespace

// What the library calls instead of parallel_for.
void wrapped_parallel_for(std::size_t count, kernels::TileFunction tile) asm(
    "__wrap__ZN7keratin7kernels12parallel_forEmNS0_12TileFunctionE");
void wrapped_parallel_for(std::size_t count, kernels::TileFunction tile) {
  if (count > 1 && !inside_tile) return record_region(count, tile);
  for (std::size_t i = 0; i < count; ++i) tile(i);
}

namespace {

// Pixels as in MNIST: four fifths are 0, in rows of black at the top and bottom.
Batch pixels_and_labels(std::size_t rows) {
  Batch batch{Tensor::zeros({rows, 784}), Tensor::zeros({rows}), {}};
  for (std::size_t i = 0; i < rows; ++i) {
    batch.y.values()[i] = static_cast<float>(i % 10);
    for (std::size_t j = 140; j < 644; ++j)
      if ((i * 784 + j) * 2654435761u % 100 < 30) batch.x.values()[i * 784 + j] = 128;
  }
  return batch;
}

struct Net {
  const char* name;
  int hidden_layers, units;
  std::size_t rows;
};

struct Recording {
  Step step;
  double weight_bytes;
};

Recording record(const Net& net) {
  utils::set_num_threads(2);  // on one, some products make no region at all
  Sequential model;
  model.add(Input({784}));
  for (int i = 0; i < net.hidden_layers; ++i) model.add(Dense(net.units, "relu"));
  model.add(Dense(10, "softmax"));
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  const Batch batch = pixels_and_labels(net.rows);
  model.train_step(batch);
  recorded = {};
  constexpr int steps = 40;
  for (int i = 0; i < steps; ++i) {
    next_region = 0;
    last_end = Clock::now();
    model.train_step(batch);
    recorded.after = std::min(recorded.after, microseconds_since(last_end));
  }
  return {recorded, 4.0 * static_cast<double>(model.count_params())};
}

struct Costs {
  double line;              // a write by one core is seen by another that waits for it
  double stream;            // a line, when a core reads many that another core has written
  double wake;              // the waker's part in waking a sleeper
  double latency;           // from then until the sleeper runs
  double sleep_after = 20;  // a helper spins so long
};

// Keeps the calling thread on a processor of its own, so that two threads are on two cores.
void stay_on(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// Half of the way to and fro, the least of many: other work interrupts some.
double cost_of_line() {
  constexpr int rounds = 100, turns = 500;
  alignas(64) std::atomic<int> turn{0};
  std::thread other([&] {
    stay_on(1);
    for (int i = 0; i < rounds * turns; ++i) {
      while (turn.load() != 2 * i + 1) std::this_thread::yield();
      turn.store(2 * i + 2);
    }
  });
  double least = never;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    for (int i = round * turns; i < (round + 1) * turns; ++i) {
      turn.store(2 * i + 1);
      while (turn.load() != 2 * i + 2) {
      }
    }
    least = std::min(least, microseconds_since(start) / turns / 2);
  }
  other.join();
  return least;
}

double cost_of_stream() {
  constexpr std::size_t lines = 4096, per_line = 16;
  std::vector<int> data(lines * per_line);
  std::atomic<int> turn{0};
  constexpr int rounds = 100;
  std::thread other([&] {
    stay_on(1);
    for (int i = 0; i < rounds; ++i) {
      while (turn.load() != 2 * i + 1) std::this_thread::yield();
      for (int& value : data) ++value;
      turn.store(2 * i + 2);
    }
  });
  double least = never;
  long sum = 0;
  for (int i = 0; i < rounds; ++i) {
    turn.store(2 * i + 1);
    while (turn.load() != 2 * i + 2) std::this_thread::yield();
    const auto start = Clock::now();
    for (std::size_t j = 0; j < data.size(); j += per_line) sum += data[j];
    least = std::min(least, microseconds_since(start) / lines);
  }
  other.join();
  return sum == 0 ? never : least;
}

void measure_waking(Costs& costs) {
  std::atomic<int> asleep{0};
  std::atomic<bool> woken{false}, stop{false};
  std::thread sleeper([&] {
    stay_on(1);
    while (!stop) {
      asleep.store(1);
      asleep.wait(1);
      woken.store(true);
    }
  });
  std::vector<double> wakes, latencies;
  for (int i = 0; i < 200; ++i) {
    while (asleep.load() == 0) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    woken = false;
    const auto start = Clock::now();
    asleep.store(0);
    asleep.notify_one();
    wakes.push_back(microseconds_since(start));
    while (!woken) {
    }
    latencies.push_back(microseconds_since(start));
  }
  stop = true;
  asleep.store(0);
  asleep.notify_one();
  sleeper.join();
  // A sleeper waits for its core if something else runs there. Some find theirs free.
  costs.wake = median(wakes);
  costs.latency = *std::min_element(latencies.begin(), latencies.end());
}

// Runs regions on a number of cores, core 0 being the caller.
class Cores {
 public:
  Cores(int count, const Costs& costs)
      : costs_(costs), idle_since_(static_cast<std::size_t>(count), -never) {}

  // Returns the time of a step whose predecessor was the same.
  double run(const Step& step) {
    double time = 0;
    for (int round = 0; round < 2; ++round) {
      const double start = now_;
      for (const Region& region : step.regions) {
        now_ += region.before;
        run(region);
      }
      now_ += step.after;
      time = now_ - start;
    }
    return time;
  }

 private:
  using Arrival = std::pair<double, std::size_t>;  // the time a core comes to claim, and its number
  using Arrivals = std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>>;

  void run(const Region& region) {
    const std::size_t cores = std::min(idle_since_.size(), region.tiles.size());
    Arrivals arrivals = workers(cores);
    std::size_t first = 0, end = region.tiles.size(), last_claimer = 0;
    double ticket_free = now_, finished = now_;
    while (first < end) {
      const auto [arrival, core] = arrivals.top();
      arrivals.pop();
      const double claimed =
          std::max(arrival, ticket_free) + (core == last_claimer ? 0 : costs_.line);
      ticket_free = claimed;
      last_claimer = core;
      const double tile = core == 0 ? region.tiles[first++] : region.tiles[--end];
      const double done = claimed + tile + (cores > 1 ? costs_.line : 0);
      idle_since_[core] = done;
      finished = std::max(finished, done);
      arrivals.emplace(done, core);
    }
    now_ = finished;
  }

  // Who comes when. Each that wakes up wakes two more.
  Arrivals workers(std::size_t cores) {
    Arrivals arrivals;
    std::queue<double> wakers;  // times from which on one can wake two sleepers
    std::vector<std::size_t> sleepers;
    for (std::size_t core = 1; core < cores; ++core) {
      if (now_ - idle_since_[core] > costs_.sleep_after)
        sleepers.push_back(core);
      else
        arrivals.emplace(now_ + costs_.line, core);
    }
    std::size_t next = 0;
    const auto wake_two = [&](double time) {
      for (int i = 0; i < 2 && next < sleepers.size(); ++i) {
        time += costs_.wake;
        wakers.push(time + costs_.latency - costs_.wake);
        ++next;
      }
      return time;
    };
    arrivals.emplace(wake_two(now_), 0);
    for (std::size_t i = 0; i < sleepers.size(); ++i) {
      const double up = wakers.front();
      wakers.pop();
      arrivals.emplace(wake_two(up), sleepers[i]);
    }
    return arrivals;
  }

  Costs costs_;
  double now_ = 0;
  std::vector<double> idle_since_;
};

void report(const Net& net, const Costs& costs) {
  const auto [step, weight_bytes] = record(net);
  double between = step.after, in_tiles = 0;
  std::size_t tiles = 0;
  for (const Region& region : step.regions) {
    between += region.before;
    tiles += region.tiles.size();
    for (double tile : region.tiles) in_tiles += tile;
  }
  std::printf(
      "\n%s, batch %zu: %zu regions, %zu tiles of %.1f us on average, %.1f us between "
      "regions of %.1f\n",
      net.name, net.rows, step.regions.size(), tiles, in_tiles / static_cast<double>(tiles),
      between, between + in_tiles);
  const double alone = between + in_tiles;
  for (int count : {1, 2, 4, 8, 16}) {
    const double pool = Cores(count, costs).run(step);
    const double others_lines = weight_bytes / 64 * (count - 1) / count;
    const double all = pool + others_lines * costs.stream;
    std::printf("  %2d cores: %9.1f us, %5.2fx; with the weights' traffic %9.1f us, %5.2fx\n",
                count, pool, alone / pool, all, alone / all);
  }
}

}  // namespace

int main() {
  Costs costs{};
  stay_on(0);
  costs.line = cost_of_line();
  costs.stream = cost_of_stream();
  measure_waking(costs);
  std::printf("line %.3f us, streamed line %.4f us, wake %.1f us, latency %.1f us\n", costs.line,
              costs.stream, costs.wake, costs.latency);
  for (const Net& net : {Net{"784-84-10", 1, 84, 256}, Net{"4 layers of 84", 3, 84, 256},
                         Net{"16 layers of 84", 15, 84, 256}, Net{"784-84-10", 1, 84, 32},
                         Net{"784-2048-2048-10", 2, 2048, 512}})
    report(net, costs);
}
