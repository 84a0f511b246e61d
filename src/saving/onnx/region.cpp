#include "saving/onnx/region.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <set>

#include "keratin/activations.hpp"
#include "keratin/check.hpp"
#include "saving/onnx/evaluate.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

constexpr std::size_t longest_region = 40;  // nodes; a normalization takes about twenty
constexpr std::size_t farthest_node = 120;  // from the first, among those in between

bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

// How far doubles computed in two ways may be apart, and doubles from our floats.
constexpr double in_double = 1e-9, in_float = 5e-6;

using Numbers = std::vector<double>;

/// What a region makes of single numbers.
class ScalarFunction {
 public:
  ScalarFunction(Graph& graph, const std::string& value, const Region& region)
      : graph_(graph), value_(value), region_(region) {}
  Numbers operator()(const Numbers& x) const {
    return evaluate(graph_, value_, region_, {{x.size()}, x}).values;
  }
  double operator()(double x) const { return (*this)(Numbers{x}).front(); }
  /// Whether it is `other` at all of x.
  template <class Other>
  bool equals(const Numbers& x, const Other& other) const {
    const Numbers y = (*this)(x);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (!(std::abs(y[i] - other(x[i])) <= in_double * (std::abs(y[i]) + 1e-3))) return false;
    return true;
  }

 private:
  Graph& graph_;
  const std::string& value_;
  const Region& region_;
};

// Numbers that floats have, from -24 to 24, the denser the nearer to 0.
Numbers probes() {
  Numbers x = {0};
  for (int i = 1; i <= 64; ++i) {
    const double size = static_cast<float>(i * 0.03 * (1 + i * 0.18));
    x.push_back(size);
    x.push_back(-size);
  }
  return x;
}
// For functions without exponentials, also farther out.
Numbers far_probes() {
  Numbers x = probes();
  for (const double far : {100.0, -100.0, 1e4, -1e4}) x.push_back(far);
  return x;
}

struct NamedOutputs {
  std::string name;
  std::vector<float> y;
};

// What the library's activations make of the probes.
const std::vector<NamedOutputs>& activation_outputs() {
  static const std::vector<NamedOutputs> all = [] {
    const Numbers x = probes();
    const std::vector<float> floats(x.begin(), x.end());
    std::vector<NamedOutputs> outputs;
    for (const std::string& name : element_activations()) {
      const Tensor y = ActivationFunction(name)(Tensor::from({floats.size()}, floats));
      outputs.push_back({name, {y.data(), y.data() + y.size()}});
    }
    return outputs;
  }();
  return all;
}

std::string activation_like(const ScalarFunction& f) {
  const Numbers y = f(probes());
  for (const NamedOutputs& each : activation_outputs()) {
    bool same = true;
    for (std::size_t i = 0; i < y.size() && same; ++i) same = close(y[i], each.y[i], in_float);
    if (same) return each.name;
  }
  return "";
}

void add_layer(LayerList& layers, const char* class_name, const Config::Object& options) {
  layers.add({class_name, options});
}

void add_rescaling(LayerList& layers, double scale, double offset) {
  if (scale == 1 && offset == 0) return;
  if (scale == 1 && layers.ends_with_product()) return layers.add_bias(offset);
  if (PlannedLayer* before = layers.last("Rescaling")) {
    const double first_scale = *before->options.find("scale")->get_if<double>();
    const double first_offset = *before->options.find("offset")->get_if<double>();
    before->options.set("scale", scale * first_scale);
    before->options.set("offset", scale * first_offset + offset);
  } else {
    add_layer(layers, "Rescaling", {{"scale", scale}, {"offset", offset}});
  }
}

bool add_affine(const ScalarFunction& f, LayerList& layers) {
  const double offset = f(0), scale = f(1) - offset;
  if (!std::isfinite(scale) ||
      !f.equals(far_probes(), [&](double x) { return scale * x + offset; }))
    return false;
  add_rescaling(layers, scale, offset);
  return true;
}

bool add_leaky_relu(const ScalarFunction& f, LayerList& layers) {
  const double slope = -f(-1);
  if (!(slope >= 0 && slope < 1e6) ||
      !f.equals(far_probes(), [&](double x) { return x > 0 ? x : slope * x; }))
    return false;
  add_layer(layers, "LeakyReLU", {{"negative_slope", slope}});
  return true;
}

bool add_elu(const ScalarFunction& f, LayerList& layers) {
  const double alpha = f(-1) / std::expm1(-1);
  if (!std::isfinite(alpha) ||
      !f.equals(probes(), [&](double x) { return x > 0 ? x : alpha * std::expm1(x); }))
    return false;
  add_layer(layers, "ELU", {{"alpha", alpha}});
  return true;
}

// Single numbers among the region's constants and attributes.
Numbers numbers_in(Graph& graph, const Region& region) {
  Numbers numbers;
  for (const NodeProto* node : region.nodes) {
    for (const AttributeProto& attribute : node->attribute())
      if (attribute.has_f()) numbers.push_back(attribute.f());
    for (int i = 0; i < node->input_size(); ++i) {
      const Constant* constant = graph.constant_input(*node, i);
      if (constant && constant->is_scalar()) numbers.push_back(constant->scalar());
    }
  }
  return numbers;
}

bool add_relu(const ScalarFunction& f, const Numbers& thresholds, LayerList& layers) {
  for (const double t : thresholds) {
    if (!(t >= 0 && t < 1e3)) continue;
    const double slope = f(t - 1) - f(t - 2), most = f(1e4);
    const auto relu = [&](double x) { return x > t ? std::min(x, most) : slope * (x - t); };
    Numbers x = far_probes();
    for (const double near : {-2.0, -1.0, -0.01, 0.01, 1.0}) x.push_back(t + near);
    if (!(slope >= 0 && most > 0) || !f.equals(x, relu)) continue;
    Config::Object options;
    if (t != 0) options.push_back({"threshold", t});
    if (slope != 0) options.push_back({"negative_slope", slope});
    if (most < 1e4) options.push_back({"max_value", most});
    add_layer(layers, "ReLU", options);
    return true;
  }
  return false;
}

// clip(scale x + offset, low, high), as a ReLU between two Rescalings.
bool add_clip(const ScalarFunction& f, LayerList& layers) {
  const Numbers x = far_probes(), y = f(x);
  const double low = f(-1e6), high = f(1e6);
  std::vector<std::size_t> between;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (y[i] > low && y[i] < high) between.push_back(i);
  if (between.size() < 2 || !std::isfinite(low) || !std::isfinite(high)) return false;
  const std::size_t a = between[0], b = between[1];
  const double scale = (y[b] - y[a]) / (x[b] - x[a]), offset = y[a] - scale * x[a];
  const auto clip = [&](double v) { return std::clamp(scale * v + offset, low, high); };
  if (!(scale > 0) || !f.equals(x, clip)) return false;
  add_rescaling(layers, scale, offset - low);
  const bool is_open = std::abs(high - clip(1e5)) > in_double * std::abs(high);
  if (is_open)
    layers.activate("relu");
  else
    add_layer(layers, "ReLU", {{"max_value", high - low}});
  add_rescaling(layers, 1, low);
  return true;
}

/// Which statistic and which weight belong to each element of an array.
struct Cells {
  std::vector<std::size_t> statistic, weight;
  std::size_t statistics = 0, weights = 0;
};

// Statistics along axes of `shape`, with a weight for each place along them.
Cells cells_along(const Shape& shape, const std::vector<std::size_t>& axes) {
  Cells cells;
  const std::size_t size = shape.elements();
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t rest = i, statistic = 0, weight = 0, statistic_stride = 1, weight_stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const std::size_t at = rest % shape[axis];
      rest /= shape[axis];
      const bool chosen = std::find(axes.begin(), axes.end(), axis) != axes.end();
      (chosen ? weight : statistic) += at * (chosen ? weight_stride : statistic_stride);
      (chosen ? weight_stride : statistic_stride) *= shape[axis];
    }
    cells.statistic.push_back(statistic);
    cells.weight.push_back(weight);
    cells.statistics = statistic_stride;
    cells.weights = weight_stride;
  }
  return cells;
}

// Statistics of each row's groups of features along an axis, with a weight for each feature.
Cells cells_of_groups(const Shape& shape, std::size_t axis, std::size_t groups) {
  Cells cells;
  cells.weights = shape[axis];
  cells.statistics = shape[0] * groups;
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  const std::size_t size = shape.elements(), row = size / shape[0];
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t feature = i / inner % shape[axis];
    cells.weight.push_back(feature);
    cells.statistic.push_back(i / row * groups + feature / (shape[axis] / groups));
  }
  return cells;
}

enum class Kind { standardize, root_mean_square, length };

Numbers normalized(const Numbers& x, const Cells& cells, Kind kind, double epsilon) {
  Numbers mean(cells.statistics), square(cells.statistics), y = x;
  const double count = static_cast<double>(x.size()) / static_cast<double>(cells.statistics);
  if (kind == Kind::standardize)
    for (std::size_t i = 0; i < x.size(); ++i) mean[cells.statistic[i]] += x[i] / count;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] -= mean[cells.statistic[i]];
    square[cells.statistic[i]] += y[i] * y[i] / (kind == Kind::length ? 1 : count);
  }
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] /= std::sqrt(square[cells.statistic[i]] + (kind == Kind::length ? 0 : epsilon));
  return y;
}

/// y = gamma n + beta for each weight.
struct Fit {
  Numbers gamma, beta;
};

// By least squares; nullopt if that does not give y.
std::optional<Fit> fit(const Numbers& n, const Numbers& y, const Cells& cells) {
  Numbers count(cells.weights), sn(cells.weights), sy(cells.weights), snn(cells.weights),
      sny(cells.weights);
  for (std::size_t i = 0; i < n.size(); ++i) {
    const std::size_t w = cells.weight[i];
    count[w] += 1;
    sn[w] += n[i];
    sy[w] += y[i];
    snn[w] += n[i] * n[i];
    sny[w] += n[i] * y[i];
  }
  Fit found{Numbers(cells.weights), Numbers(cells.weights)};
  for (std::size_t w = 0; w < cells.weights; ++w) {
    if (count[w] < 3) return std::nullopt;
    found.gamma[w] = (count[w] * sny[w] - sn[w] * sy[w]) / (count[w] * snn[w] - sn[w] * sn[w]);
    found.beta[w] = (sy[w] - found.gamma[w] * sn[w]) / count[w];
    if (std::abs(found.beta[w]) < in_double) found.beta[w] = 0;
  }
  for (std::size_t i = 0; i < n.size(); ++i) {
    const std::size_t w = cells.weight[i];
    if (!close(found.gamma[w] * n[i] + found.beta[w], y[i], 10 * in_double)) return std::nullopt;
  }
  return found;
}

Tensor tensor_of(const Numbers& values, const Shape& shape) {
  Tensor tensor = Tensor::zeros(shape);
  for (std::size_t i = 0; i < values.size(); ++i) tensor.data()[i] = static_cast<float>(values[i]);
  return tensor;
}

/// A region with reductions, and what it makes of random rows.
struct Normalizer {
  Array x, y;
  std::vector<double> epsilons;
  std::vector<std::size_t> axes;    // of the first reduction, counted from the batch's
  std::vector<std::size_t> groups;  // that a Reshape may have made
};

std::optional<Normalizer> normalizer_of(Graph& graph, const std::string& value,
                                        const Region& region, const Shape& sample) {
  // A line through two points would fit everything: three rows, or many places in one.
  const std::size_t rows = 3 * sample.elements() <= most_elements ? 3 : 1;
  Normalizer found;
  bool reduces = false;
  const Shape whole = sample.with_batch(rows);
  for (const NodeProto* node : region.nodes) {
    const std::string& op = node->op_type();
    if (op.starts_with("Reduce") && found.axes.empty()) {
      for (const std::int64_t axis :
           graph.integers(*node, 1, "axes").value_or(std::vector<std::int64_t>())) {
        if (axis < -std::int64_t{Shape::max_rank} || axis >= std::int64_t{Shape::max_rank})
          return std::nullopt;
        const auto rank = static_cast<std::int64_t>(whole.size());
        if (axis >= -rank && axis < rank)
          found.axes.push_back(static_cast<std::size_t>(axis < 0 ? axis + rank : axis));
      }
    }
    reduces = reduces || op.starts_with("Reduce") || op == "InstanceNormalization";
    if (op != "Reshape") continue;
    for (const std::int64_t size :
         graph.integers(*node, 1, "shape").value_or(std::vector<std::int64_t>()))
      if (size > 0 && size < INT_MAX) found.groups.push_back(static_cast<std::size_t>(size));
  }
  if (!reduces || whole.elements() > most_elements) return std::nullopt;
  std::sort(found.axes.begin(), found.axes.end());
  found.epsilons = numbers_in(graph, region);
  found.epsilons.push_back(0);
  found.x = {whole, Numbers(whole.elements())};
  std::uint32_t state = 1;
  for (double& number : found.x.values) {
    state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
    number = static_cast<double>(state >> 8) / (1 << 22) - 2;
  }
  found.y = evaluate(graph, value, region, found.x);
  if (found.y.shape != whole) return std::nullopt;
  return found;
}

// What a comparison of all elements takes, in Graph::spend()'s measure.
std::size_t work_of(const Normalizer& f) { return 1 + f.x.values.size() / 16; }

bool add_along_axes(Graph& graph, const Normalizer& f, LayerList& layers) {
  if (f.axes.empty() || f.axes.front() == 0) return false;
  const Cells cells = cells_along(f.x.shape, f.axes);
  Shape sizes;
  for (const std::size_t axis : f.axes) sizes.push_back(f.x.shape[axis]);
  const auto add = [&](const char* class_name, std::optional<double> epsilon,
                       std::vector<std::pair<std::string, Tensor>> weights) {
    if (f.axes.size() > 1) layers.arrange_as_file();
    std::vector<int> places;
    for (const std::size_t axis : f.axes) places.push_back(layers.place(axis));
    PlannedLayer layer{class_name, Config::Object{{"axis", to_config(places)}}, std::move(weights)};
    if (epsilon) layer.options.set("epsilon", *epsilon);
    layers.add(std::move(layer));
    return true;
  };
  const auto all = [](const Numbers& values, double wanted) {
    return std::all_of(values.begin(), values.end(),
                       [&](double v) { return close(v, wanted, 100 * in_double); });
  };
  const auto length = fit(normalized(f.x.values, cells, Kind::length, 0), f.y.values, cells);
  if (length && all(length->gamma, 1) && all(length->beta, 0))
    return add("UnitNormalization", std::nullopt, {});
  for (const double epsilon : f.epsilons) {
    if (!(epsilon >= 0 && epsilon <= 1)) continue;
    graph.spend(work_of(f));
    const auto scaled =
        fit(normalized(f.x.values, cells, Kind::root_mean_square, epsilon), f.y.values, cells);
    if (scaled && all(scaled->beta, 0))
      return add("RMSNormalization", epsilon, {{"scale", tensor_of(scaled->gamma, sizes)}});
    const auto moved =
        fit(normalized(f.x.values, cells, Kind::standardize, epsilon), f.y.values, cells);
    if (moved)
      return add(
          "LayerNormalization", epsilon,
          {{"gamma", tensor_of(moved->gamma, sizes)}, {"beta", tensor_of(moved->beta, sizes)}});
  }
  return false;
}

bool add_in_groups(Graph& graph, const Normalizer& f, LayerList& layers) {
  for (std::size_t axis = f.x.shape.size() - 1; axis > 0; --axis) {
    const std::size_t features = f.x.shape[axis];
    std::set<std::size_t> tried;
    for (const std::size_t groups : f.groups) {
      if (groups > features || features % groups != 0 || !tried.insert(groups).second) continue;
      const Cells cells = cells_of_groups(f.x.shape, axis, groups);
      for (const double epsilon : f.epsilons) {
        if (!(epsilon >= 0 && epsilon <= 1)) continue;
        graph.spend(work_of(f));
        const auto found =
            fit(normalized(f.x.values, cells, Kind::standardize, epsilon), f.y.values, cells);
        if (!found) continue;
        layers.add({"GroupNormalization",
                    Config::Object{{"groups", static_cast<std::int64_t>(groups)},
                                   {"axis", layers.place(axis)},
                                   {"epsilon", epsilon}},
                    {{"gamma", tensor_of(found->gamma, {features})},
                     {"beta", tensor_of(found->beta, {features})}}});
        return true;
      }
    }
  }
  return false;
}

}  // namespace

std::vector<Region> regions_from(Graph& graph, const std::string& value, bool elements_only) {
  std::vector<Region> regions;
  std::set<std::string, std::less<>> values = {value};
  std::set<const NodeProto*> inside;
  Region region;
  const std::vector<const NodeProto*>& users = graph.users(value);
  if (users.empty() || value == graph.output()) return {};
  const std::vector<const NodeProto*>& nodes = graph.nodes();
  const std::size_t first = graph.place(*users.front());
  const std::size_t end = std::min(nodes.size(), first + farthest_node);
  // Values of the region that nodes outside of it, or not in it yet, use.
  const auto is_closed = [&](const std::string& output) {
    return std::all_of(values.begin(), values.end(), [&](const std::string& each) {
      if (each == output) return true;
      if (each == graph.output()) return false;
      const auto& all = graph.users(each);
      return std::all_of(all.begin(), all.end(), [&](const NodeProto* user) {
        return inside.contains(user) || user->op_type() == "Shape";
      });
    });
  };
  for (std::size_t i = first; i < end && region.nodes.size() < longest_region; ++i) {
    const NodeProto& node = *nodes[i];
    if (elements_only ? !computes_elements(node) : !computes_normalizations(node)) continue;
    bool is_inside = true, continues = false;
    for (const std::string& input : node.input()) {
      if (values.contains(input)) {
        continues = true;
      } else if (!input.empty()) {
        const Constant* constant = graph.constant(input);
        is_inside = is_inside && constant && (!elements_only || constant->is_scalar());
      }
    }
    if (!is_inside || !continues) continue;
    region.nodes.push_back(&node);
    inside.insert(&node);
    region.output = node.output(0);
    values.insert(region.output);
    if (is_closed(region.output)) regions.push_back(region);
  }
  std::reverse(regions.begin(), regions.end());
  return regions;
}

bool add_function(Graph& graph, const std::string& value, const Region& region, LayerList& layers) {
  const ScalarFunction f(graph, value, region);
  const std::string activation = activation_like(f);
  if (activation == "linear") return true;
  if (!activation.empty()) {
    layers.activate(activation);
    return true;
  }
  return add_affine(f, layers) || add_leaky_relu(f, layers) || add_elu(f, layers) ||
         add_relu(f, numbers_in(graph, region), layers) || add_clip(f, layers);
}

bool add_normalization(Graph& graph, const std::string& value, const Region& region,
                       LayerList& layers) {
  const auto found = normalizer_of(graph, value, region, layers.file_shape());
  return found && (add_along_axes(graph, *found, layers) || add_in_groups(graph, *found, layers));
}

}  // namespace keratin::onnx
