#include "saving/stored_layers.hpp"

#include <algorithm>
#include <map>

#include "core/names.hpp"

namespace keratin {

namespace {

std::string joined_path(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + '/' + name;
}

void add_layers(const Layer& layer, const std::string& path, const std::string& name,
                std::vector<StoredLayer>& all) {
  std::vector<Variable*> variables = layer.own_variables();
  std::stable_partition(variables.begin(), variables.end(),
                        [](const Variable* variable) { return variable->trainable; });
  all.push_back({path, name, &layer, std::move(variables)});
  std::map<std::string, int> counts;
  for (const auto& child : layer.children()) {
    std::string id = snake_case(child->class_name());
    if (const int earlier = counts[id]++) id += '_' + std::to_string(earlier);
    add_layers(*child, joined_path(joined_path(path, "layers"), id), joined_path(name, child->name),
               all);
  }
}

}  // namespace

std::string StoredLayer::name_of(const Variable& variable) const {
  return joined_path(name, variable.name);
}

bool StoredLayer::is_integer(const Variable& variable) const {
  return variable.name == "count" && layer->class_name() == "Normalization";
}

std::vector<StoredLayer> stored_layers(const Layer& model) {
  std::vector<StoredLayer> all;
  add_layers(model, "", "", all);
  return all;
}

}  // namespace keratin
