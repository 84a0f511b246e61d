#include "saving/onnx/import.hpp"

#include <algorithm>
#include <set>

#include "saving/onnx/evaluate.hpp"
#include "saving/onnx/region.hpp"

namespace keratin::onnx {

namespace {

bool is_standard(const NodeProto& node) {
  return node.domain().empty() || node.domain() == "ai.onnx";
}

const ImportRow* find_import(const NodeProto& node) {
  const std::string domain = is_standard(node) ? "" : node.domain();
  for (const auto table : {image_imports(), weight_imports(), shape_imports()})
    for (const ImportRow& row : table)
      if (node.op_type() == row.op_type && domain == row.domain) return &row;
  return nullptr;
}

class Importer {
 public:
  explicit Importer(const std::string& path)
      : graph_(path), layers_(graph_.input_shape()), value_(graph_.input()) {}

  Sequential run() {
    check_known();
    shapes_[value_] = layers_.file_shape();
    fold_ahead();
    for (const NodeProto* node : graph_.nodes())
      if (!done_.contains(node)) visit(*node);
    check<std::runtime_error>(value_ == graph_.output(), "", "no nodes lead from the input '",
                              graph_.input(), "' to the output '", graph_.output(), '\'');
    layers_.arrange_as_file();
    return std::move(layers_).model();
  }

 private:
  // All that no layer corresponds to, at once.
  void check_known() const {
    std::vector<const NodeProto*> unknown;
    for (const NodeProto* node : graph_.nodes())
      if (!find_import(*node) && !computes_normalizations(*node) && !computes_shapes(*node))
        unknown.push_back(node);
    check<std::runtime_error>(
        unknown.empty(), "", "has nodes that no layer corresponds to: ",
        joined(unknown, [](const NodeProto* node) { return described(*node); }));
  }

  static bool computes_shapes(const NodeProto& node) {
    static const std::set<std::string, std::less<>> types = {"Shape", "Concat", "ConstantOfShape"};
    return is_standard(node) && types.contains(node.op_type());
  }

  void visit(const NodeProto& node) {
    if (fold(node)) return;
    check<std::runtime_error>(
        std::find(node.input().begin(), node.input().end(), value_) != node.input().end(), "",
        described(node), " is beside the sequence of nodes that started at the input, and no ",
        "layer does what they do together");
    try {
      if (add_region(/*elements_only=*/true) || add_region(/*elements_only=*/false)) return;
      check_only_user(node);
      const ImportRow* row = find_import(node);
      check<std::runtime_error>(row != nullptr, "", "no layer does what it does here");
      row->add({graph_, layers_}, node);
    } catch (const std::exception& error) {
      fail<std::runtime_error>("", described(node), ": ", without_place(error.what()));
    }
    take({{&node}, node.output(0)});
  }

  // The text of an error without a "[] " before it.
  static std::string without_place(const std::string& text) {
    return text.starts_with("[] ") ? text.substr(3) : text;
  }

  // Computes what follows from the value's shape, before a region needs it.
  void fold_ahead() {
    constexpr std::size_t farthest = 200;  // nodes
    const auto& users = graph_.users(value_);
    if (users.empty()) return;
    graph_.spend(farthest / 4);
    const std::size_t first = graph_.place(*users.front());
    const std::size_t end = std::min(graph_.nodes().size(), first + farthest);
    for (std::size_t i = first; i < end; ++i)
      if (!done_.contains(graph_.nodes()[i])) fold(*graph_.nodes()[i]);
  }

  // Computes a node that only depends on constants and on the value's shape.
  bool fold(const NodeProto& node) {
    if (node.input_size() == 0 || node.output_size() == 0) return false;
    const auto known = shapes_.find(node.input(0));
    if (node.op_type() == "Shape" && is_standard(node) && known != shapes_.end()) {
      take_shape(node, known->second);
    } else {
      for (const std::string& input : node.input())
        if (!input.empty() && !graph_.constant(input)) return false;
      std::optional<Constant> value = folded(graph_, node);
      if (!value) return false;
      graph_.set_constant(node.output(0), std::move(*value));
    }
    done_.insert(&node);
    return true;
  }

  void take_shape(const NodeProto& node, const Shape& sample) {
    std::vector<std::int64_t> sizes = {batch_size};
    for (const std::size_t size : sample) sizes.push_back(static_cast<std::int64_t>(size));
    const std::int64_t rank = std::ssize(sizes);
    const auto place = [&](const char* attribute, std::int64_t otherwise) {
      const std::int64_t at = integer_attribute(node, attribute, otherwise);
      return std::clamp<std::int64_t>(at < 0 && at >= -rank ? at + rank : at, 0, rank);
    };
    const std::int64_t start = place("start", 0), end = std::max(place("end", rank), start);
    Constant constant{.is_integer = true, .integers = {sizes.begin() + start, sizes.begin() + end}};
    constant.shape = {constant.integers.size()};
    graph_.set_constant(node.output(0), std::move(constant));
  }

  // Adds the layer of several nodes that start at the value, if there is one.
  bool add_region(bool elements_only) {
    for (const Region& region : regions_from(graph_, value_, elements_only)) {
      try {
        const auto add = elements_only ? add_function : add_normalization;
        if (!add(graph_, value_, region, layers_)) continue;
        if (elements_only)  // all have one shape
          for (const NodeProto* node : region.nodes)
            shapes_[node->output(0)] = layers_.file_shape();
      } catch (const std::runtime_error&) {
        continue;  // its nodes do not fit together
      }
      take(region);
      return true;
    }
    return false;
  }

  void check_only_user(const NodeProto& node) const {
    std::vector<const NodeProto*> others;
    for (const NodeProto* user : graph_.users(value_))
      if (user != &node && user->op_type() != "Shape") others.push_back(user);
    check<std::runtime_error>(
        others.empty() && value_ != graph_.output(), "", "'", value_, "' goes another way, too: ",
        joined(others, [](const NodeProto* user) { return described(*user); }));
  }

  // The nodes are done, and their output is the value.
  void take(const Region& region) {
    done_.insert(region.nodes.begin(), region.nodes.end());
    value_ = region.output;
    shapes_[value_] = layers_.file_shape();
    fold_ahead();
  }

  Graph graph_;
  LayerList layers_;
  std::string value_;                                 // what the layers compute so far
  std::map<std::string, Shape, std::less<>> shapes_;  // of samples, of values so far
  std::set<const NodeProto*> done_;
};

}  // namespace

const Constant& Import::weight(const NodeProto& node, int index) const {
  const Constant* constant = graph.constant_input(node, index);
  check<std::runtime_error>(constant && !constant->is_integer, "", "its input ", index,
                            " is no constant of floats");
  check<std::runtime_error>(constant->floats.size() > 0, "", "its input ", index, " is empty");
  return *constant;
}

std::vector<std::int64_t> Import::integers(const NodeProto& node, int index,
                                           const char* attribute) const {
  const auto found = graph.integers(node, index, attribute);
  check<std::runtime_error>(found.has_value(), "", "its ", attribute, " is not known");
  return *found;
}

std::size_t Import::axis(std::int64_t axis) const {
  const auto rank = static_cast<std::int64_t>(layers.rank());
  check<std::runtime_error>(axis >= -rank && axis < rank, "", "there is no axis ", axis, " of ",
                            rank);
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

std::string Import::name(const NodeProto& node) const {
  return node.name().starts_with(node.op_type()) ? "" : node.name();
}

Sequential imported(const std::string& path) {
  try {
    return Importer(path).run();
  } catch (const std::exception& error) {
    const std::string text = error.what();
    fail<std::runtime_error>("onnx", path, ": ", text.starts_with("[] ") ? text.substr(3) : text);
  }
}

}  // namespace keratin::onnx
