#include "saving/chains.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "keratin/check.hpp"
#include "saving/keras_config.hpp"

namespace keratin {

namespace {

using List = Config::List;
using Object = Config::Object;

constexpr const char* only_chains =
    "keratin has models whose layers form a chain, each with one input and one output";

const List& list_at(std::string_view where, const Config& object, std::string_view key) {
  const Config* value = object.find(key);
  const auto* list = value ? value->get_if<List>() : nullptr;
  check(list != nullptr, where, "the model's description has no list of '", key, "'");
  return *list;
}

std::string quoted_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + '\'';
  return text;
}

// The layers that tensors come from. Keras 3 has [name, node, tensor] in a __keras_tensor__,
// TF-Keras 2 has [name, node, tensor, {further arguments}].
void add_sources(const Config& arguments, std::vector<std::string>& names) {
  if (const auto* list = arguments.get_if<List>()) {
    const bool is_tensor = list->size() >= 3 && list->front().get_if<std::string>() &&
                           (*list)[1].get_if<std::int64_t>() && (*list)[2].get_if<std::int64_t>();
    if (is_tensor)
      names.push_back(*list->front().get_if<std::string>());
    else
      for (const Config& item : *list) add_sources(item, names);
  } else if (const auto* object = arguments.get_if<Object>()) {
    for (const Config::Entry& entry : *object) add_sources(entry.value, names);
  }
}

std::vector<std::string> sources_of(const Config& arguments) {
  std::vector<std::string> names;
  add_sources(arguments, names);
  return names;
}

// The arguments of a call besides the tensor, such as `training`; null is their default.
const Config::Entry* further_argument(const Config& node) {
  const Config* arguments = node.find("kwargs");
  if (const auto* inputs = node.get_if<List>(); inputs && inputs->size() == 1)
    if (const auto* tensor = inputs->front().get_if<List>(); tensor && tensor->size() > 3)
      arguments = &(*tensor)[3];
  const auto* object = arguments ? arguments->get_if<Object>() : nullptr;
  if (!object) return nullptr;
  const auto given = [](const Config::Entry& entry) { return !entry.value.is_null(); };
  const auto found = std::find_if(object->begin(), object->end(), given);
  return found == object->end() ? nullptr : &*found;
}

/// The layers of a Functional.
class Graph {
 public:
  Graph(std::string_view where, const Config& config)
      : where_(where), layers_(list_at(where, config, "layers")) {
    for (const Config& layer : layers_)
      if (const std::string* name = text_of(layer, "name")) by_name_.emplace(*name, &layer);
    input_ = the_one(config, "input_layers", "inputs");
    output_ = the_one(config, "output_layers", "outputs");
  }

  /// From the input to the output.
  List chain() const {
    List chain;
    std::set<std::string> names;
    std::string name = output_;
    while (names.insert(name).second) {
      const Config& layer = layer_named(name);
      chain.push_back(layer);
      if (name == input_) break;
      name = source_of(name, layer);
    }
    for (const Config& layer : layers_) {
      const std::string* other = text_of(layer, "name");
      check(other && names.contains(*other), where_, "the layer '", other ? *other : std::string(),
            "' is not on the way from the input to the output: ", only_chains);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
  }

 private:
  std::string the_one(const Config& config, std::string_view key, std::string_view what) const {
    const std::vector<std::string> names = sources_of(list_at(where_, config, key));
    check(names.size() == 1, where_, "the model has ", names.size(), ' ', what, " (",
          quoted_names(names), "): ", only_chains);
    return names.front();
  }

  const Config& layer_named(const std::string& name) const {
    const auto found = by_name_.find(name);
    check(found != by_name_.end(), where_, "the model's description has no layer '", name, "'");
    return *found->second;
  }

  // The layer whose output is this one's input.
  std::string source_of(const std::string& name, const Config& layer) const {
    const List& nodes = list_at(where_, layer, "inbound_nodes");
    check(nodes.size() == 1, where_, "the layer '", name, "' is called ", nodes.size(),
          " times: ", only_chains);
    const Config* tensors = nodes[0].find("args");
    const std::vector<std::string> sources = sources_of(tensors ? *tensors : nodes[0]);
    check(sources.size() == 1, where_, "the layer '", name, "' has ", sources.size(), " inputs (",
          quoted_names(sources), "): ", only_chains);
    const Config::Entry* further = further_argument(nodes[0]);
    check(!further, where_, "the layer '", name, "' is called with ",
          further ? further->key : std::string(), " = ", further ? further->value : Config(),
          ": keratin calls layers with their input only");
    return sources.front();
  }

  std::string where_;
  const List& layers_;
  std::map<std::string, const Config*> by_name_;
  std::string input_, output_;
};

bool is_functional(const Config& described) {
  const std::string* class_name = text_of(described, "class_name");
  const Config* config = described.find("config");
  return class_name && (*class_name == "Functional" || *class_name == "Model") && config &&
         config->find("input_layers");
}

const Config* layer_as_activation(const Config& layer) {
  const Config* config = layer.find("config");
  const Config* activation = config ? config->find("activation") : nullptr;
  const Config* options = activation ? activation->find("config") : nullptr;
  const bool is_layer = options && options->get_if<Object>() && text_of(*activation, "class_name");
  return is_layer ? activation : nullptr;
}

// Adds a layer, and behind it the one that is its activation, if there is one.
void add_layer(std::string_view where, const Config& described, List& layers) {
  const Config* activation = layer_as_activation(described);
  if (!activation) {
    layers.push_back(described);
    return;
  }
  const std::string* name = text_of(*described.find("config"), "name");
  const std::string* class_name = text_of(described, "class_name");
  const std::string label = name ? *name : class_name ? *class_name : std::string();
  const Config* penalty = described.find("config")->find("activity_regularizer");
  check(!penalty || penalty->is_null(), where, "the layer '", label,
        "' has a layer as its activation and an activity_regularizer, of which keratin supports "
        "one");
  check(*text_of(*activation, "class_name") != "PReLU", where, "the layer '", label,
        "' has a PReLU as its activation, whose weights would be its own: keratin has PReLU as a "
        "layer behind it");
  Config behind = *activation, options = *activation->find("config");
  if (class_name && *class_name == "Activation") {
    if (name) options.set("name", *name);
    behind.set("config", std::move(options));
    layers.push_back(std::move(behind));
    return;
  }
  if (name) options.set("name", *name + "_activation");
  behind.set("config", std::move(options));
  Config before = described, rest = *described.find("config");
  rest.set("activation", Config());
  before.set("config", std::move(rest));
  layers.push_back(std::move(before));
  layers.push_back(std::move(behind));
}

}  // namespace

Config as_chain(std::string_view where, const Config& described) {
  const Config* config = described.find("config");
  const bool functional = is_functional(described);
  if (!functional && (!config || !config->find("layers"))) return described;
  Config result = described, options = *config;
  if (functional) {
    const Config *name = config->find("name"), *trainable = config->find("trainable");
    options = Object{{"name", name ? *name : Config()}};
    if (trainable) options.set("trainable", *trainable);
    result.set("class_name", "Sequential");
    result.set("registered_name", Config());
  }
  List layers;
  for (const Config& layer :
       functional ? Graph(where, *config).chain() : list_at(where, *config, "layers"))
    add_layer(where, as_chain(where, layer), layers);
  options.set("layers", std::move(layers));
  result.set("config", std::move(options));
  return result;
}

}  // namespace keratin
