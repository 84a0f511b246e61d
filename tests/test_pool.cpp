#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "keratin/utils.hpp"
#include "kernels/blas_product.hpp"
#include "kernels/pool.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::kernels;
using test::off_kinks;

namespace {

// How many of `count` tiles parallel_for did not run just once.
std::size_t missed(std::size_t count) {
  std::vector<std::atomic<int>> runs(count);
  parallel_for(count,
               [&](std::size_t tile) { runs[tile].fetch_add(1, std::memory_order_relaxed); });
  std::size_t wrong = 0;
  for (const auto& times : runs) wrong += times != 1;
  return wrong;
}

}  // namespace

TEST_CASE("slices are none empty, at most as long as asked for, and end in the middle", "[pool]") {
  for (std::size_t size : {1, 2, 3, 5, 16, 17, 255, 256, 1000})
    for (std::size_t grain : {1, 2, 3, 16, 41, 300, 2000}) {
      CAPTURE(size, grain);
      const Slices slices(size, grain);
      std::size_t end = 0;
      for (std::size_t i = 0; i < slices.count; ++i) {
        CHECK(slices.first(i) == end);
        CHECK((slices.length(i) >= 1 && slices.length(i) <= grain));
        end += slices.length(i);
      }
      CHECK(end == size);
      if (slices.count > 1 && slices.count < size)
        CHECK(slices.first(slices.count / 2) == size / 2);
    }
}

TEST_CASE("each tile runs once", "[pool]") {
  const test::ThreadsRestored restore;
  for (int threads = 1; threads <= 4; ++threads) {
    set_thread_count(threads);
    CHECK(thread_count() == threads);
    for (std::size_t count : {0, 1, 2, 3, 100, 70000, 1 << 20,
                              (1 << 20) + 5}) {  // the last two are more than one region holds
      INFO(threads << " threads, " << count << " tiles");
      CHECK(missed(count) == 0);
    }
    std::size_t wrong = 0;
    for (int region = 0; region < 2000; ++region)
      wrong += missed(static_cast<std::size_t>(region % 7));  // close behind each other
    CHECK(wrong == 0);
  }
}

TEST_CASE("slices cover what they are cut from", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(3);
  for (std::size_t size : {0, 1, 99, 100, 101, 1000, 1001}) {
    std::vector<std::atomic<int>> runs(size);
    std::atomic<std::size_t> longest{0};  // Catch's checks are for one thread
    parallel_slices(size, 100, [&](std::size_t first, std::size_t count) {
      if (count > 100) longest = count;
      for (std::size_t i = first; i < first + count; ++i) ++runs[i];
    });
    for (const auto& times : runs) CHECK(times == 1);
    CHECK(longest == 0);
  }
}

TEST_CASE("work done by helpers is seen by the caller", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(4);
  std::vector<int> plain(5000);  // no atomics: the thread sanitizer watches
  for (int round = 1; round <= 50; ++round) {
    parallel_for(plain.size(), [&](std::size_t tile) { ++plain[tile]; });
    CHECK(std::count(plain.begin(), plain.end(), round) == 5000);
  }
}

TEST_CASE("helpers that fell asleep wake up", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(4);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(200 * (round % 3)));
    CHECK(missed(50) == 0);
  }
}

TEST_CASE("a region uses no more threads than its limit, and than it has tiles", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(5);
  missed(100);  // starts all helpers
  const auto threads_of = [](std::size_t tiles) {
    std::mutex lock;
    std::set<std::thread::id> seen;
    for (int round = 0; round < 30; ++round)
      parallel_for(tiles, [&](std::size_t) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        const std::lock_guard guard(lock);
        seen.insert(std::this_thread::get_id());
      });
    return seen.size();
  };
  for (int limit : {1, 2, 3, 5, 9}) {
    CAPTURE(limit);
    const ThreadLimit scope(limit);
    CHECK(thread_count_here() == std::min(limit, 5));
    const auto most = static_cast<std::size_t>(thread_count_here());
    CHECK(threads_of(40) <= most);
    CHECK(threads_of(2) <= std::min<std::size_t>(most, 2));  // the same helper in every region
    CHECK(missed(100) == 0);
  }
  CHECK(threads_of(40) == 5);
}

TEST_CASE("tiles may call parallel_for", "[pool]") {
  const test::ThreadsRestored restore;
  for (int threads : {1, 2, 4}) {
    set_thread_count(threads);
    std::vector<std::atomic<int>> runs(40 * 50);
    parallel_for(40, [&](std::size_t outer) {
      parallel_for(50, [&](std::size_t inner) { ++runs[outer * 50 + inner]; });
    });
    std::size_t wrong = 0;
    for (const auto& times : runs) wrong += times != 1;
    CHECK(wrong == 0);
    CHECK(missed(100) == 0);  // and the pool works after
  }
}

TEST_CASE("several threads call parallel_for at once", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(3);
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) wrong += missed(static_cast<std::size_t>(round));
    });
  for (auto& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("the number of threads may change while others work", "[pool]") {
  const test::ThreadsRestored restore;
  std::atomic<std::size_t> wrong{0};
  std::atomic<bool> stop{false};
  std::thread caller([&] {
    while (!stop) wrong += missed(100);
  });
  for (int i = 0; i < 40; ++i) set_thread_count(1 + i % 4);
  stop = true;
  caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("products have the same bits for any number of threads", "[pool][gemm]") {
  const test::ThreadsRestored restore;
  struct Size {
    std::size_t m, n, k;
  };
  for (const auto& [m, n, k] : {Size{256, 84, 784}, Size{784, 84, 256}, Size{256, 784, 84},
                                Size{515, 600, 70}, Size{64, 1000, 1000}, Size{31, 17, 900}}) {
    const Tensor a = off_kinks({m * k}, -1, 1), b = off_kinks({k * n}, -1, 1, 2),
                 start = off_kinks({m * n}, -1, 1, 3);
    for (const GemmOptions& options :
         {GemmOptions{}, GemmOptions{.transpose_a = true},
          GemmOptions{.transpose_b = true, .keep = 1},
          GemmOptions{.transpose_a = true, .transpose_b = true, .keep = 1}}) {
      std::vector<Tensor> results;
      for (int threads = 1; threads <= 4; ++threads) {
        set_thread_count(threads);
        for (int round = 0; round < 3; ++round) {
          results.push_back(start);
          gemm(a.data(), b.data(), results.back().data(), m, n, k, options);
        }
      }
      for (const Tensor& result : results) CHECK(result == results.front());
    }
  }
}

TEST_CASE("each element of a product is visited once, after it is there", "[pool][gemm]") {
  const test::ThreadsRestored restore;
  set_thread_count(3);
  for (const auto& [m, n] :
       {std::pair<std::size_t, std::size_t>{300, 700}, {1000, 10}, {3, 2}, {1, 900}}) {
    const std::size_t k = 90;
    const Tensor a = Tensor::ones({m, k}), b = Tensor::ones({k, n});
    Tensor c = Tensor::zeros({m, n});
    gemm(a.data(), b.data(), c.data(), m, n, k, {}, [&, n = n](const Tile& tile) {
      for (std::size_t i = tile.row; i < tile.row + tile.rows; ++i)
        for (std::size_t j = tile.column; j < tile.column + tile.columns; ++j)
          c.data()[i * n + j] *= -1;
    });
    CHECK(c == Tensor::full({m, n}, -static_cast<float>(k)));
  }
}

TEST_CASE("a network has the same bits for any number of threads", "[pool]") {
  const test::ThreadsRestored restore;
  const Tensor x = off_kinks({1000, 300}, -1, 1), kernel = off_kinks({300, 200}, -1, 1, 2),
               bias = off_kinks({200}, -1, 1, 3);
  std::vector<Tensor> results;
  for (int threads = 1; threads <= 4; ++threads) {
    set_thread_count(threads);
    GradientTape tape;
    const Node in = tape.watch(x), w = tape.watch(kernel), b = tape.watch(bias);
    const Node hidden = ops::linear(in, w, b, ops::Fused::tanh);
    tape.backward(
        ops::sum(ops::log_softmax(ops::exp(hidden) * ops::sigmoid(hidden)) * ops::softmax(hidden)));
    for (const Node& node : {in, w, b}) results.push_back(node.grad());
  }
  for (std::size_t i = 3; i < results.size(); ++i) CHECK(results[i] == results[i % 3]);
}

TEST_CASE("a pool that is refused threads warns and runs with those it got", "[pool][messages]") {
  const test::ThreadsRestored restore;
  std::vector<std::string> warnings;
  utils::set_warning_handler([&](std::string_view message) { warnings.emplace_back(message); });
  set_thread_count(4);
  {
    const test::ImpossibleStacks no_threads;
    CHECK(missed(100) == 0);
  }
  CHECK(warnings == std::vector<std::string>{
                        "[threads] only 1 of 4 threads will be used: the system did not start "
                        "another (Resource temporarily unavailable)"});
  CHECK(utils::num_threads() == 1);
  CHECK(missed(100) == 0);
  CHECK(warnings.size() == 1);

  set_thread_count(3);
  CHECK(missed(100) == 0);
  CHECK(utils::num_threads() == 3);
  CHECK(warnings.size() == 1);
  utils::set_warning_handler({});
}

TEST_CASE("what a warning handler throws leaves the pool as it should be", "[pool]") {
  const test::ThreadsRestored restore;
  utils::set_warning_handler(
      [](std::string_view) { throw std::runtime_error("no warnings here"); });
  set_thread_count(2);
  {
    const test::ImpossibleStacks no_threads;
    CHECK_THROWS_WITH(missed(100), "no warnings here");
  }
  utils::set_warning_handler({});
  CHECK(missed(100) == 0);
}

TEST_CASE("helpers leave signals to the program", "[pool]") {
  const test::ThreadsRestored restore;
  set_thread_count(3);
  std::atomic<int> open_to_interrupts{0};
  const auto caller = std::this_thread::get_id();
  parallel_for(200, [&](std::size_t) {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    if (std::this_thread::get_id() != caller && !sigismember(&blocked, SIGINT))
      ++open_to_interrupts;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  });
  CHECK(open_to_interrupts == 0);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  CHECK_FALSE(sigismember(&blocked, SIGINT));  // the caller is as it was
}

TEST_CASE("products beyond BLAS's counts are not given to it", "[gemm][messages]") {
  const std::size_t rows = 3'000'000'000;
  const auto multiply = [](std::size_t m, std::size_t n, std::size_t k) {
    multiply_by_blas({nullptr, nullptr, nullptr, m, n, k, {}}, {});
  };
  CHECK_THROWS_WITH(multiply(rows, 1, 2),
                    "[matmul] a product of 3000000000 x 2 by 2 x 1 is too large: BLAS counts rows "
                    "and columns up to 2147483647");
  CHECK_THROWS_WITH(multiply(2, 1, rows),
                    "[matmul] a product of 2 x 3000000000 by 3000000000 x 1 is too large: BLAS "
                    "counts rows and columns up to 2147483647");
}
