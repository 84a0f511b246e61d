// Layers that shift and scale, by constants or by what the sample itself has.
#include <algorithm>
#include <cmath>

#include "keratin/layers.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t yes = 1;

// The axes of inputs of that shape of sample, and the sizes of weights that lie along them.
struct ChosenAxes {
  Integers axes = {};
  Shape broadcast = {};
  ChosenAxes(const Axes& axis, const Shape& sample) {
    const Shape whole = sample.with_batch(1);
    const std::uint32_t bits = axis.bits(whole, "onnx");
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const bool chosen = bits >> i & 1;
      broadcast.push_back(chosen ? whole[i] : 1);
      if (chosen) axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  bool are_last() const { return axes.front() + std::ssize(axes) == std::ssize(broadcast); }
};

// y * gamma + beta, where the layer has them.
std::string scaled(Writer& w, std::string y, const Shape& broadcast) {
  const auto weight = [&](const char* name) {
    return w.constant(name, w.weight_value(name).reshaped(broadcast));
  };
  if (w.has_weight("gamma")) y = w.node("Mul", {y, weight("gamma")});
  if (w.has_weight("beta")) y = w.node("Add", {y, weight("beta")});
  return y;
}

// (x - mean) / sqrt(variance + epsilon), both along the axes.
std::string standardized(Writer& w, const std::string& x, const Integers& axes, double epsilon) {
  const auto mean_of = [&](const std::string& y) {
    return w.node("ReduceMean", {y}, {{"axes", axes}, {"keepdims", yes}});
  };
  const std::string centered = w.node("Sub", {x, mean_of(x)});
  const std::string variance = mean_of(w.node("Mul", {centered, centered}));
  const std::string sum = w.node("Add", {variance, w.scalar("epsilon", epsilon)});
  return w.node("Div", {centered, w.node("Sqrt", {sum})});
}

std::string weight_or(Writer& w, const char* name, std::size_t size, float otherwise) {
  return w.has_weight(name) ? w.weight(name) : w.constant(name, Tensor::full({size}, otherwise));
}

void write_batch_normalization(Writer& w, const BatchNormalization& layer) {
  const BatchNormalizationOptions& o = layer.options();
  const ChosenAxes chosen(Axes(o.axis), w.shape());
  const auto axis = static_cast<std::size_t>(chosen.axes.front());
  const bool is_last = axis == w.shape().size();
  if (!is_last && axis != 1) {  // not an axis of ONNX's
    const Tensor mean = w.weight_value("moving_mean").reshaped(chosen.broadcast);
    Tensor deviation = w.weight_value("moving_variance").reshaped(chosen.broadcast);
    for (float& value : deviation.values())
      value = std::sqrt(value + static_cast<float>(o.epsilon));
    const std::string centered = w.node("Sub", {w.value(), w.constant("mean", mean)});
    const std::string y = w.node("Div", {centered, w.constant("deviation", deviation)});
    return w.set_value(scaled(w, y, chosen.broadcast));
  }
  const std::size_t size = chosen.broadcast[axis];
  const std::string x = is_last ? w.channels_first() : w.value();
  const std::string y = w.node(
      "BatchNormalization",
      {x, weight_or(w, "gamma", size, 1), weight_or(w, "beta", size, 0), w.weight("moving_mean"),
       w.weight("moving_variance")},
      {{"epsilon", static_cast<float>(o.epsilon)}, {"momentum", static_cast<float>(o.momentum)}});
  w.set_same_order(y);
}

void write_layer_normalization(Writer& w, const LayerNormalization& layer) {
  const LayerNormalizationOptions& o = layer.options();
  const ChosenAxes chosen(o.axis, w.shape());
  if (!chosen.are_last())
    return w.set_value(
        scaled(w, standardized(w, w.value(), chosen.axes, o.epsilon), chosen.broadcast));
  Shape sizes;
  for (const std::int64_t axis : chosen.axes)
    sizes.push_back(chosen.broadcast[static_cast<std::size_t>(axis)]);
  const std::string x = w.value();
  const std::string gamma =
      w.constant("gamma", o.scale ? w.weight_value("gamma") : Tensor::ones(sizes));
  std::vector<std::string> inputs = {x, gamma};
  if (o.center) inputs.push_back(w.weight("beta"));
  w.set_value(w.node("LayerNormalization", inputs,
                     {{"axis", chosen.axes.front()}, {"epsilon", static_cast<float>(o.epsilon)}}));
}

// As the layer does: with the features' axis in two, the groups and what is in one.
void write_group_normalization(Writer& w, const GroupNormalization& layer) {
  const GroupNormalizationOptions& o = layer.options();
  const auto axis = static_cast<std::size_t>(ChosenAxes(Axes(o.axis), w.shape()).axes.front());
  const std::size_t features = w.shape()[axis - 1];
  const std::size_t groups = o.groups == -1 ? features : static_cast<std::size_t>(o.groups);
  Integers grouped = {0}, sizes = {0}, axes;
  Shape broadcast = {1};
  for (std::size_t i = 1; i <= w.shape().size(); ++i) {
    const auto size = static_cast<std::int64_t>(w.shape()[i - 1]);
    sizes.push_back(size);
    grouped.push_back(i == axis ? static_cast<std::int64_t>(groups) : size);
    if (i == axis) grouped.push_back(static_cast<std::int64_t>(features / groups));
    broadcast.push_back(i == axis ? features : 1);
  }
  for (std::int64_t i = 1; i < std::ssize(grouped); ++i)
    if (i != static_cast<std::int64_t>(axis)) axes.push_back(i);
  const std::string split = w.node("Reshape", {w.value(), w.integers("groups", grouped)});
  const std::string y =
      w.node("Reshape", {standardized(w, split, axes, o.epsilon), w.integers("shape", sizes)});
  w.set_value(scaled(w, y, broadcast));
}

void write_rms_normalization(Writer& w, const RMSNormalization& layer) {
  const ChosenAxes chosen(layer.options().axis, w.shape());
  const std::string x = w.value();
  const std::string squares =
      w.node("ReduceMean", {w.node("Mul", {x, x})}, {{"axes", chosen.axes}, {"keepdims", yes}});
  const std::string sum = w.node("Add", {squares, w.scalar("epsilon", layer.options().epsilon)});
  const std::string y = w.node("Div", {x, w.node("Sqrt", {sum})});
  const std::string scale = w.constant("scale", w.weight_value("scale").reshaped(chosen.broadcast));
  w.set_value(w.node("Mul", {y, scale}));
}

void write_unit_normalization(Writer& w, const UnitNormalization& layer) {
  constexpr double least_length = 1e-12;
  const ChosenAxes chosen(layer.options().axis, w.shape());
  const std::string x = w.value();
  const std::string length = w.node("ReduceL2", {x}, {{"axes", chosen.axes}, {"keepdims", yes}});
  w.set_value(w.node("Div", {x, w.node("Max", {length, w.scalar("least", least_length)})}));
}

void write_normalization(Writer& w, const Normalization& layer) {
  constexpr float least_deviation = 1e-7f;
  const NormalizationOptions& o = layer.options();
  const Axes axis = o.axis;
  const bool one_for_all = axis.config().is_null();
  const Shape broadcast = one_for_all ? Shape() : ChosenAxes(axis, w.shape()).broadcast;
  Tensor mean, deviation;
  if (w.has_weight("mean")) {
    mean = w.weight_value("mean").reshaped(broadcast);
    deviation = w.weight_value("variance").reshaped(broadcast);
  } else {
    mean = Tensor::zeros(broadcast);
    deviation = Tensor::zeros(broadcast);
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean.data()[i] = static_cast<float>(o.mean[i % o.mean.size()]);
      deviation.data()[i] = static_cast<float>(o.variance[i % o.variance.size()]);
    }
  }
  for (float& value : deviation.values()) value = std::max(std::sqrt(value), least_deviation);
  const std::string x = w.value(), m = w.constant("mean", mean);
  const std::string d = w.constant("deviation", deviation);
  w.set_value(o.invert ? w.node("Add", {w.node("Mul", {x, d}), m})
                       : w.node("Div", {w.node("Sub", {x, m}), d}));
}

constexpr ExportRow export_normalization_rows[] = {
    row<BatchNormalization, write_batch_normalization>(),
    row<GroupNormalization, write_group_normalization>(),
    row<LayerNormalization, write_layer_normalization>(),
    row<Normalization, write_normalization>(),
    row<RMSNormalization, write_rms_normalization>(),
    row<UnitNormalization, write_unit_normalization>(),
};

}  // namespace

std::span<const ExportRow> normalization_exports() { return export_normalization_rows; }

}  // namespace keratin::onnx
