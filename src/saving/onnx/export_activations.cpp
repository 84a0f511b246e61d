// Activations, and the layers that are activations with options.
#include "keratin/check.hpp"
#include "keratin/layers.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

std::string clip(Writer& w, const std::string& x, double low, double high) {
  return w.node("Clip", {x, w.scalar("low", low), w.scalar("high", high)});
}

std::string times(Writer& w, const std::string& x, double factor) {
  return w.node("Mul", {x, w.scalar("factor", factor)});
}

std::string plus(Writer& w, const std::string& x, double term) {
  return w.node("Add", {x, w.scalar("term", term)});
}

/// An activation of elements by name: from the name of x to that of the result.
struct Function {
  const char* name;
  std::string (*write)(Writer& w, const std::string& x);
};

template <const char* op_type>
std::string plain(Writer& w, const std::string& x) {
  return w.node(op_type, {x});
}

constexpr char relu_op[] = "Relu", elu_op[] = "Elu", selu_op[] = "Selu", celu_op[] = "Celu",
               sigmoid_op[] = "Sigmoid", tanh_op[] = "Tanh", softplus_op[] = "Softplus",
               softsign_op[] = "Softsign", exp_op[] = "Exp", hard_swish_op[] = "HardSwish";

std::string gelu(Writer& w, const std::string& x) {
  constexpr double sqrt_half = 0.7071067811865476;
  const std::string share = plus(w, w.node("Erf", {times(w, x, sqrt_half)}), 1);
  return w.node("Mul", {times(w, x, 0.5), share});
}

std::string squareplus(Writer& w, const std::string& x) {
  const std::string root = w.node("Sqrt", {plus(w, w.node("Mul", {x, x}), 4)});
  return times(w, w.node("Add", {x, root}), 0.5);
}

std::string sparse_plus(Writer& w, const std::string& x) {
  const std::string parabola = plus(w, clip(w, x, -1, 1), 1);
  const std::string line = w.node("Relu", {plus(w, x, -1)});
  return w.node("Add", {times(w, w.node("Mul", {parabola, parabola}), 0.25), line});
}

constexpr Function functions[] = {
    {"linear", [](Writer&, const std::string& x) { return x; }},
    {"relu", plain<relu_op>},
    {"relu6", [](Writer& w, const std::string& x) { return clip(w, x, 0, 6); }},
    {"leaky_relu",
     [](Writer& w, const std::string& x) {
       return w.node("LeakyRelu", {x}, {{"alpha", 0.2f}});
     }},
    {"elu", plain<elu_op>},
    {"selu", plain<selu_op>},
    {"celu", plain<celu_op>},
    {"gelu", gelu},
    {"silu",
     [](Writer& w, const std::string& x) {
       return w.node("Mul", {x, w.node("Sigmoid", {x})});
     }},
    {"mish",
     [](Writer& w, const std::string& x) {
       return w.node("Mul", {x, w.node("Tanh", {w.node("Softplus", {x})})});
     }},
    {"sigmoid", plain<sigmoid_op>},
    {"hard_sigmoid",
     [](Writer& w, const std::string& x) {
       return w.node("HardSigmoid", {x}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}});
     }},
    {"hard_silu", plain<hard_swish_op>},
    {"tanh", plain<tanh_op>},
    {"hard_tanh", [](Writer& w, const std::string& x) { return clip(w, x, -1, 1); }},
    {"softplus", plain<softplus_op>},
    {"softsign", plain<softsign_op>},
    {"exponential", plain<exp_op>},
    {"log_sigmoid",
     [](Writer& w, const std::string& x) {
       return w.node("Neg", {w.node("Softplus", {w.node("Neg", {x})})});
     }},
    {"hard_shrink",
     [](Writer& w, const std::string& x) {
       return w.node("Shrink", {x}, {{"lambd", 0.5f}});
     }},
    {"soft_shrink",
     [](Writer& w, const std::string& x) {
       return w.node("Shrink", {x}, {{"lambd", 0.5f}, {"bias", 0.5f}});
     }},
    {"tanh_shrink",
     [](Writer& w, const std::string& x) {
       return w.node("Sub", {x, w.node("Tanh", {x})});
     }},
    {"squareplus", squareplus},
    {"sparse_plus", sparse_plus},
    {"sparse_sigmoid",
     [](Writer& w, const std::string& x) {
       return w.node("HardSigmoid", {x}, {{"alpha", 0.5f}, {"beta", 0.5f}});
     }},
};

void write_softmax(Writer& w, const char* op_type, int axis) {
  w.set_value(w.node(op_type, {w.value()}, {{"axis", std::int64_t{axis}}}));
}

// Keras's threshold, with the values z in descending order and their running sums c: see
// activations::sparsemax.
void write_sparsemax(Writer& w) {
  const std::size_t size = w.output_shape().back();
  Tensor sums = Tensor::zeros({size, size}), counts = Tensor::zeros({size});
  for (std::size_t i = 0; i < size; ++i) {
    counts.data()[i] = static_cast<float>(i + 1);
    for (std::size_t j = i; j < size; ++j) sums.data()[i * size + j] = 1;
  }
  const std::string x = w.value(), last = w.integers("last_axis", {-1});
  const std::string z = w.node("TopK", {x, w.integers("count", {static_cast<std::int64_t>(size)})});
  const std::string c = w.node("MatMul", {z, w.constant("running_sums", sums)});
  const std::string reach = plus(w, w.node("Mul", {z, w.constant("counts", counts)}), 1);
  const std::string chosen =
      w.node("Cast", {w.node("Greater", {reach, c})}, {{"to", std::int64_t{TensorProto::FLOAT}}});
  const std::string k = w.node("ReduceSum", {chosen, last});
  const std::string sum = w.node("ReduceSum", {w.node("Mul", {c, chosen}), last});
  const std::string threshold = w.node("Div", {plus(w, sum, -1), k});
  w.set_value(w.node("Relu", {w.node("Sub", {x, threshold})}));
}

void write_activation_layer(Writer& w, const Activation& layer) {
  write_activation(w, layer.options().activation);
}

void write_softmax_layer(Writer& w, const Softmax& layer) {
  write_softmax(w, "Softmax", layer.options().axis);
}

// The terms of activations::relu().
void write_relu(Writer& w, const ReLU& layer) {
  const ReLUOptions& o = layer.options();
  const std::string x = w.any_order();
  if (o.threshold == 0 && o.negative_slope == 0 && o.max_value)
    return w.set_same_order(clip(w, x, 0, *o.max_value));
  if (o.threshold == 0 && o.negative_slope != 0 && !o.max_value)
    return w.set_same_order(
        w.node("LeakyRelu", {x}, {{"alpha", static_cast<float>(o.negative_slope)}}));
  std::string y = o.threshold == 0 ? w.node("Relu", {x})
                                   : w.node("ThresholdedRelu", {x},
                                            {{"alpha", static_cast<float>(o.threshold)}});
  if (o.max_value) y = clip(w, y, 0, *o.max_value);
  if (o.negative_slope != 0) {
    const std::string below =
        w.node("Relu", {w.node("Sub", {w.scalar("threshold", o.threshold), x})});
    y = w.node("Sub", {y, times(w, below, o.negative_slope)});
  }
  w.set_same_order(y);
}

void write_leaky_relu(Writer& w, const LeakyReLU& layer) {
  const auto alpha = static_cast<float>(layer.options().negative_slope);
  w.set_same_order(w.node("LeakyRelu", {w.any_order()}, {{"alpha", alpha}}));
}

void write_elu(Writer& w, const ELU& layer) {
  const auto alpha = static_cast<float>(layer.options().alpha);
  w.set_same_order(w.node("Elu", {w.any_order()}, {{"alpha", alpha}}));
}

void write_prelu(Writer& w, const PReLU&) {
  const std::string alpha = w.constant("alpha", w.in_order(w.weight_value("alpha")));
  w.set_same_order(w.node("PRelu", {w.any_order(), alpha}));
}

constexpr ExportRow export_activations_rows[] = {
    row<Activation, write_activation_layer>(),
    row<ELU, write_elu>(),
    row<LeakyReLU, write_leaky_relu>(),
    row<PReLU, write_prelu>(),
    row<ReLU, write_relu>(),
    row<Softmax, write_softmax_layer>(),
};

}  // namespace

std::span<const ExportRow> activation_exports() { return export_activations_rows; }

std::vector<std::string> element_activations() {
  std::vector<std::string> names;
  for (const Function& function : functions) names.push_back(function.name);
  return names;
}

void write_activation(Writer& w, const ActivationFunction& activation) {
  const std::string& name = activation.name();
  check(!name.empty(), "activation", "a function of the program's own has no ONNX form");
  if (name == "softmax") return write_softmax(w, "Softmax", -1);
  if (name == "log_softmax") return write_softmax(w, "LogSoftmax", -1);
  if (name == "sparsemax") return write_sparsemax(w);
  for (const Function& function : functions)
    if (name == function.name) return w.set_same_order(function.write(w, w.any_order()));
  fail("activation", "'", name, "' has no ONNX form");
}

}  // namespace keratin::onnx
