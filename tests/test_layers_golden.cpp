// Values and gradients of layers against real Keras: every case of ops_layers.txt whose layers
// there are.

#include <cmath>
#include <keratin/keratin.hpp>
#include <set>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/networks.hpp"

using namespace keratin;
using test::GoldenCase;

namespace {

void check_close(const std::string& what, const Tensor& got, const Tensor& want) {
  INFO(what);
  REQUIRE(got.shape() == want.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double wanted = want.values()[i], error = got.values()[i] - wanted;
    INFO("at " << i << " got " << got.values()[i] << " want " << wanted);
    CHECK(std::abs(error) <= 2e-6 * std::max(1.0, std::abs(wanted)));
  }
}

void check_case(const GoldenCase& golden, const std::vector<std::shared_ptr<Layer>>& layers) {
  Sequential model;
  model.add(layers::Input(test::shape_of(golden.text("input"))));
  for (const auto& layer : layers) model.add(layer);
  model.set_weights(golden.tensors_numbered("weight_"));
  GradientTape tape;
  tape.begin();
  const Node x = tape.watch(golden.tensor("x"));
  const Node y = model(x, golden.flag("training"));
  check_close("y", y.value(), golden.tensor("y"));
  tape.backward(ops::sum(tape.constant(golden.tensor("upstream")) * y));
  if (golden.has_tensor("gradient_x"))  // none reaches ids
    check_close("gradient of x", x.grad(), golden.tensor("gradient_x"));
  const std::vector<Variable*> variables = model.variables();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const std::string name = "gradient_" + std::to_string(i);
    if (golden.has_tensor(name))
      check_close(name, variables[i]->grad, golden.tensor(name));
    else
      CHECK_FALSE(variables[i]->grad.defined());  // not trainable
  }
  tape.commit();
  const std::vector<Tensor> wanted = golden.tensors_numbered("final_");
  for (std::size_t i = 0; i < wanted.size(); ++i)
    check_close("weight " + std::to_string(i) + " after", model.get_weights()[i], wanted[i]);
}

}  // namespace

TEST_CASE("layers compute as Keras's", "[golden][layers]") {
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("ops_layers")) {
    if (!golden.has("layers")) continue;
    const std::vector<std::shared_ptr<Layer>> layers = test::layers_of(golden);
    if (layers.empty()) continue;  // one that is not there yet
    INFO(golden.name);
    check_case(golden, layers);
    ++compared;
  }
  CHECK(compared >= 111);
}
