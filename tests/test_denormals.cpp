// Denormal numbers are 0 inside of the library, as in TensorFlow, and nobody outside sees that.

#include <cfenv>
#include <cmath>
#include <cstring>
#include <functional>
#include <keratin/keratin.hpp>
#include <map>
#include <stdexcept>
#include <vector>

#include "kernels/pool.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

// Volatile: computed when the program runs, in the settings of that moment.
bool keeps_denormals() {
  volatile float smallest = 1.2e-38f;
  volatile float half = smallest * 0.5f;
  volatile float doubled = half * 2.0f;
  return doubled != 0;
}

// fegetround() would ask the x87 unit, which computes nothing here.
bool rounds_to_nearest() {
  volatile float one = 1;
  volatile float little = 1e-10f;
  volatile float sum = one + little;
  return sum == 1;
}

// All settings of this thread.
unsigned int settings() {
#if defined(__SSE__)
  return __builtin_ia32_stmxcsr();
#else
  return (rounds_to_nearest() ? 2u : 0u) | (keeps_denormals() ? 1u : 0u);
#endif
}

// Settings that nobody else has: rounding upwards, and a flag raised.
class UnusualSettings {
 public:
  UnusualSettings() {
    std::fegetenv(&before_);
    std::feclearexcept(FE_ALL_EXCEPT);
    std::fesetround(FE_UPWARD);
    std::feraiseexcept(FE_OVERFLOW);
  }
  ~UnusualSettings() { std::fesetenv(&before_); }
  UnusualSettings(const UnusualSettings&) = delete;
  UnusualSettings& operator=(const UnusualSettings&) = delete;

 private:
  std::fenv_t before_;
};

#if defined(__SSE__)
constexpr unsigned int flags = 0x3f;  // what has happened, not what is set
#else
constexpr unsigned int flags = 0;
#endif

// Notes in every hook whether the settings are those of the test.
struct Watcher : Callback {
  explicit Watcher(unsigned int wanted_settings) : wanted(wanted_settings & ~flags) {}
  void look() {
    ++hooks;
    if ((settings() & ~flags) != wanted || !keeps_denormals()) ++wrong;
  }
  void on_train_begin(Logs&) override { look(); }
  void on_epoch_end(int, Logs&) override { look(); }
  void on_train_batch_begin(int, Logs&) override { look(); }
  void on_train_batch_end(int, Logs&) override { look(); }
  void on_test_batch_begin(int, Logs&) override { look(); }
  void on_test_batch_end(int, Logs&) override { look(); }
  void on_predict_batch_begin(int, Logs&) override { look(); }
  void on_predict_batch_end(int, Logs&) override { look(); }
  void on_train_end(Logs&) override { look(); }
  unsigned int wanted;
  int hooks = 0;
  int wrong = 0;
};

struct WatchedModel : Sequential {
  using Sequential::Sequential;
  Logs train_step(const Batch& batch) override {
    if (keeps_denormals() || !rounds_to_nearest()) ++steps_that_keep_denormals;
    if (throws) throw std::runtime_error("train_step");
    return Sequential::train_step(batch);
  }
  int steps_that_keep_denormals = 0;
  bool throws = false;
};

WatchedModel small_model() {
  utils::set_random_seed(1);
  WatchedModel model({Input({4}), Dense(3, "relu"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

// Puts the settings of the test back to FE_OVERFLOW alone, calls, and compares all of them.
void check_restored(const std::function<void()>& call) {
  std::feclearexcept(FE_ALL_EXCEPT);
  std::feraiseexcept(FE_OVERFLOW);
  const unsigned int before = settings();
  call();
  CHECK((settings() & ~flags) == (before & ~flags));
  CHECK_FALSE(rounds_to_nearest());
  CHECK(keeps_denormals());
}

Tensor tiny_numbers(const Shape& shape) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i)
    tensor.values()[i] = 1e-38f * static_cast<float>(i * 7919 % 41);
  return tensor;
}

std::vector<float> copied(const Tensor& tensor) {
  return {tensor.data(), tensor.data() + tensor.size()};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

#if defined(__SSE__) || defined(__aarch64__)

TEST_CASE("FlushDenormals lasts as long as it lives, and nests", "[denormals]") {
  const UnusualSettings unusual;
  const unsigned int before = settings();
  {
    const FlushDenormals outer;
    CHECK_FALSE(keeps_denormals());
    CHECK(rounds_to_nearest());
    { const FlushDenormals inner; }
    CHECK_FALSE(keeps_denormals());
  }
  CHECK(settings() == before);
  CHECK(keeps_denormals());
}

TEST_CASE("steps flush denormals; their caller and callbacks keep their settings", "[denormals]") {
  const UnusualSettings unusual;
  const Tensor x = Tensor::ones({8, 4}), y = Tensor::ones({8, 1});
  WatchedModel model = small_model();
  Watcher watcher(settings());
  check_restored([&] {
    model.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0, .callbacks = {&watcher}});
  });
  check_restored(
      [&] { model.evaluate(x, y, {.batch_size = 4, .verbose = 0, .callbacks = {&watcher}}); });
  check_restored(
      [&] { model.predict(x, {.batch_size = 4, .verbose = 0, .callbacks = {&watcher}}); });
  check_restored([&] { model.train_on_batch(x, y); });
  check_restored([&] { model.test_on_batch(x, y); });
  check_restored([&] { model.predict_on_batch(x); });
  CHECK(watcher.hooks == 20);
  CHECK(watcher.wrong == 0);
  CHECK(model.steps_that_keep_denormals == 0);
}

TEST_CASE("an exception in a step brings the caller's settings back", "[denormals]") {
  const UnusualSettings unusual;
  const Tensor x = Tensor::ones({8, 4}), y = Tensor::ones({8, 1});
  WatchedModel model = small_model();
  model.throws = true;
  check_restored([&] { CHECK_THROWS_AS(model.fit(x, y, {.verbose = 0}), std::runtime_error); });
  check_restored([&] { CHECK_THROWS_AS(model.train_on_batch(x, y), std::runtime_error); });
}

TEST_CASE("functions of a Dataset see the caller's settings, with prefetch too", "[denormals]") {
  const Tensor x = Tensor::ones({8, 4}), y = Tensor::ones({8, 1});
  WatchedModel model = small_model();
  int wrong = 0;
  const Dataset data = Dataset::from_tensor_slices(x, y).batch(4).map([&wrong](Batch&) {
    if (!keeps_denormals()) ++wrong;
  });
  model.fit(data, {.epochs = 2, .verbose = 0});
  model.fit(data.prefetch(2), {.epochs = 2, .verbose = 0});
  model.predict(data, {.verbose = 0});
  CHECK(wrong == 0);
}

TEST_CASE("every thread of a region flushes denormals, at any size", "[denormals]") {
  const test::ThreadsRestored restored;
  for (int threads : {1, 3}) {
    utils::set_num_threads(threads);
    for (std::size_t count : {1, 200}) {
      std::vector<int> keeps(count, 1);
      kernels::parallel_for(count, [&](std::size_t tile) { keeps[tile] = keeps_denormals(); });
      CHECK(keeps == std::vector<int>(count, 0));
    }
    bool kept = true;
    kernels::parallel_slices(5, 10, [&](std::size_t, std::size_t) { kept = keeps_denormals(); });
    CHECK_FALSE(kept);
    CHECK(keeps_denormals());
  }
}

TEST_CASE("ops and gradients by hand have the same bits on 1 and 3 threads, in any settings",
          "[denormals]") {
  const test::ThreadsRestored restored;
  const Tensor x = tiny_numbers({300, 400}), w = tiny_numbers({400, 200});
  const auto computed = [&] {
    GradientTape tape;
    tape.begin();
    const Node input = tape.watch(x);
    const Node hidden = ops::relu(ops::add(ops::multiply(input, 0.3f), 1e-38f));
    const Node y = ops::matmul(ops::multiply(hidden, 1e30f), tape.constant(w));
    tape.backward(ops::multiply(y, 0.37f));
    std::vector<float> all = copied(y.value());
    const std::vector<float> gradient = copied(input.grad());
    all.insert(all.end(), gradient.begin(), gradient.end());
    return all;
  };
  utils::set_num_threads(1);
  const std::vector<float> wanted = computed();
  for (int threads : {1, 3}) {
    utils::set_num_threads(threads);
    CHECK(same_bits(computed(), wanted));
    const UnusualSettings unusual;
    CHECK(same_bits(computed(), wanted));
  }
}

TEST_CASE("numbers close to 0 are Keras's", "[denormals][golden]") {
  using Function = std::function<Node(Node, Node)>;
  const std::map<std::string, Function> functions = {
      {"multiply", [](Node x, Node y) { return x * y; }},
      {"add", [](Node x, Node) { return x + x; }},
      {"subtract", [](Node x, Node) { return x - 1.2e-38f; }},
      {"exp", [](Node x, Node) { return ops::exp(-x); }},
      {"square", [](Node x, Node) { return ops::square(x); }},
  };
  for (const auto& golden : test::read_golden("denormals")) {
    INFO(golden.name);
    std::vector<float> wanted;
    std::vector<float> got;
    if (golden.has("op")) {
      GradientTape tape;
      tape.begin();
      const Node x = tape.constant(golden.tensor("x"));
      const Node y = tape.constant(golden.tensor("y"));
      got = copied(functions.at(golden.text("op"))(x, y).value());
      wanted = copied(golden.tensor("result"));
    } else {
      const auto optimizer = test::member_of<Optimizer>(golden, "optimizer", {"steps"});
      Variable variable{.name = "v", .value = Tensor::zeros({3})};
      Variable* const variables[] = {&variable};
      variable.grad = golden.tensor("gradient");
      for (int step = 1; step <= golden.integer("steps"); ++step) {
        optimizer->apply(variables);
        variable.grad.fill(0);
        if (step % 10 != 0) continue;
        const std::vector<float> now = copied(variable.value);
        got.insert(got.end(), now.begin(), now.end());
      }
      wanted = copied(golden.tensor("values"));
    }
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO("element " << i << ": got " << got[i] << ", wanted " << wanted[i]);
      CHECK(std::abs(double{got[i]} - wanted[i]) <= 1e-5 * std::abs(double{wanted[i]}));
    }
  }
}

#endif
