#include "gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "catch.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"

namespace keratin::test {
namespace {

// Scrambles bits: neighbours get unlike numbers.
std::uint32_t scramble(std::uint32_t x) {
  x = (x ^ x >> 16) * 0x7feb352dU;
  x = (x ^ x >> 15) * 0x846ca68bU;
  return x ^ x >> 16;
}

// Unlike for each output, of either sign, sizes 0.5 to 1.5.
float weight(std::size_t i) {
  const std::uint32_t bits = scramble(static_cast<std::uint32_t>(i) + 77);
  return (bits & 1 ? -1 : 1) * (0.5f + static_cast<float>(bits >> 8 & 0xfff) / 4096);
}

// The gradients of `times` uses of f with respect to the inputs of which wanted(i).
template <class Wanted>
std::vector<Tensor> gradients(GradientTape& tape, const Function& f,
                              const std::vector<Tensor>& inputs, int times, const Wanted& wanted) {
  tape.begin();
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    nodes.push_back(wanted(i) ? tape.watch(inputs[i]) : tape.constant(inputs[i]));
  Node loss = weigh(f(nodes));
  for (int i = 1; i < times; ++i) loss = ops::add(loss, weigh(f(nodes)));
  tape.backward(loss);
  std::vector<Tensor> result(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (wanted(i)) result[i] = nodes[i].grad();
  return result;
}

double value(GradientTape& tape, const Function& f, const std::vector<Tensor>& inputs) {
  tape.begin(false);
  std::vector<Node> nodes;
  for (const Tensor& input : inputs) nodes.push_back(tape.constant(input));
  return weighed(f(nodes).value());
}

// (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h: what is left is of the size of h^4
Tensor differences(GradientTape& tape, const Function& f, std::vector<Tensor> inputs,
                   std::size_t input, double step) {
  Tensor slope = Tensor::zeros(inputs[input].shape());
  for (std::size_t j = 0; j < slope.size(); ++j) {
    float& x = inputs[input].values()[j];
    const float middle = x;
    const auto at = [&](double steps) {
      x = static_cast<float>(middle + steps * step);
      return value(tape, f, inputs);
    };
    slope.values()[j] = static_cast<float>((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step));
    x = middle;
  }
  return slope;
}

void check_equal(const std::string& what, const Tensor& got, const Tensor& wanted, double factor,
                 double tolerance) {
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t j = 0; j < got.size(); ++j) {
    const double g = got.values()[j], w = factor * static_cast<double>(wanted.values()[j]);
    INFO(what << ", element " << j << ": got " << g << ", wanted " << w);
    CHECK(std::abs(g - w) <= tolerance * (1 + std::abs(w)));
  }
}

}  // namespace

Tensor off_kinks(const Shape& shape, float low, float high, int seed) {
  Tensor x = Tensor::uninitialized(shape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto bits =
        scramble(static_cast<std::uint32_t>(i * 1009 + static_cast<std::size_t>(seed) * 7919));
    const auto halves = static_cast<std::uint32_t>((high - low) * 2);
    x.values()[i] = low + static_cast<float>(bits % halves) / 2 +
                    static_cast<float>(16 + (bits >> 16) % 97) / 256;
  }
  return x;
}

Tensor distinct(const Shape& shape, float offset) {
  Tensor x = Tensor::uninitialized(shape);
  std::iota(x.values().begin(), x.values().end(), 0.0f);
  const auto key = [](float value) { return scramble(static_cast<std::uint32_t>(value)); };
  std::sort(x.values().begin(), x.values().end(),
            [&](float a, float b) { return key(a) < key(b); });
  for (float& value : x.values()) value = (value - static_cast<float>(x.size() / 2)) / 4 + offset;
  return x;
}

Node weigh(Node y) {
  return record(
      {y}, {}, [&](Tensor& total) { total.values()[0] = static_cast<float>(weighed(y.value())); },
      [y](const Tensor&, const Tensor& dtotal) {
        accumulate(y, [&](Tensor& dy, float keep) {
          for (std::size_t i = 0; i < dy.size(); ++i)
            dy.values()[i] = (keep ? dy.values()[i] : 0) + dtotal.item() * weight(i);
        });
      });
}

double weighed(const Tensor& y) {
  double total = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    total += static_cast<double>(weight(i)) * static_cast<double>(y.values()[i]);
  return total;
}

void check_gradients(const std::string& name, const Function& f, const std::vector<Tensor>& inputs,
                     const GradientCheck& options) {
  const auto wanted = [&](std::size_t i) {
    return std::find(options.fixed.begin(), options.fixed.end(), i) == options.fixed.end();
  };
  GradientTape tape;
  const auto once = gradients(tape, f, inputs, 1, wanted);
  const auto twice = gradients(tape, f, inputs, 2, wanted);
  const auto again = gradients(tape, f, inputs, 1, wanted);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!wanted(i)) continue;
    const std::string what = name + ", input " + std::to_string(i);
    check_equal(what, once[i], differences(tape, f, inputs, i, options.step), 1, options.tolerance);
    check_equal(what + " used twice", twice[i], once[i], 2, 1e-6);
    check_equal(what + " in used buffers", again[i], once[i], 1, 0);
    const auto alone = gradients(tape, f, inputs, 1, [&](std::size_t other) { return other == i; });
    check_equal(what + " alone", alone[i], once[i], 1, 0);
  }
}

}  // namespace keratin::test
