#include "support/networks.hpp"

#include "core/names.hpp"
#include "keratin/constraints.hpp"
#include "keratin/layers.hpp"
#include "keratin/regularizers.hpp"

namespace keratin::test {

namespace {

// "2x3" is a list; anything else is what the field's default value suggests. Where that is a list
// of a fixed length, one number stands for all; where it is one of pairs, so is "1x2x3x0".
Config value_of(const Config& other, const std::string& text, const std::string& where) {
  const Config::List* other_list = other.get_if<Config::List>();
  const bool numbers = text.find_first_not_of("-.0123456789x") == std::string::npos;
  const bool several = numbers && text.find('x') != std::string::npos;
  if (!several && other_list && !other_list->empty()) return guessed_config(text);
  if (!several && !other_list) return config_like(other, text, where);
  Config::List list;
  for (const std::string& item : split(text, 'x')) list.push_back(guessed_config(item));
  const bool of_pairs =
      other_list && !other_list->empty() && (*other_list)[0].get_if<Config::List>();
  if (!of_pairs || list.size() != 4) return list;
  return Config::List{Config::List{list[0], list[1]}, Config::List{list[2], list[3]}};
}

// A regularizer or constraint: "l2*0.01", its name and its first field, or "non_neg".
template <class Family>
Config member_of(const std::string& text) {
  const std::vector<std::string> parts = split(text, '*');
  const Row<Family>* row = find_row(Family::table().rows, std::string_view(parts.at(0)));
  check<std::runtime_error>(row && parts.size() <= 2, "networks", "neither regularizer nor ",
                            "constraint: ", text);
  Config options = Config::Object();
  if (parts.size() == 2) {
    const Config defaults = row->default_options();
    options.set(defaults.get_if<Config::Object>()->at(0).key, guessed_config(parts[1]));
  }
  return Config::Object{{"class_name", row->class_name}, {"config", options}};
}

// Names in the files part fewer words than Keras's rule: "relu", not "re_lu".
std::string without_lines(std::string name) {
  std::erase(name, '_');
  return name;
}

const Row<Layer>* row_of(const std::string& snake_name) {
  for (const Row<Layer>& row : Layer::table().rows)
    if (without_lines(snake_case(row.class_name)) == without_lines(snake_name)) return &row;
  return nullptr;
}

// Positional arguments are the first fields, but a last one that is a word is the activation.
std::shared_ptr<Layer> layer_of(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const Row<Layer>* row = row_of(parts[0]);
  if (!row) return nullptr;
  const Config defaults = row->default_options();
  const Config::Object& fields = *defaults.get_if<Config::Object>();
  Config options = Config::Object();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t equals = parts[i].find('=');
    const bool named = equals != std::string::npos;
    const bool word = !named && parts[i].find_first_not_of("-.0123456789x") != std::string::npos;
    const std::string key = named  ? parts[i].substr(0, equals)
                            : word ? "activation"
                                   : fields.at(i - 1).key;
    const std::string value = named ? parts[i].substr(equals + 1) : parts[i];
    const Config* other = defaults.find(key);
    if (!other) return nullptr;
    const Config no_axes = Config::List();  // null, as the default of axes is, tells no type
    if (key.ends_with("axes")) other = &no_axes;
    options.set(key, key.ends_with("regularizer")  ? member_of<Regularizer>(value)
                     : key.ends_with("constraint") ? member_of<Constraint>(value)
                                                   : value_of(*other, value, text));
  }
  return row->make(row->class_name, options);
}

}  // namespace

Shape shape_of(const std::string& text) {
  Shape shape;
  for (const std::string& size : split(text, 'x')) shape.push_back(std::stoul(size));
  return shape;
}

std::vector<std::shared_ptr<Layer>> layers_of(const GoldenCase& golden) {
  std::vector<std::shared_ptr<Layer>> layers;
  for (const std::string& text : golden.list("layers")) {
    layers.push_back(layer_of(text));
    if (!layers.back()) return {};
  }
  return layers;
}

}  // namespace keratin::test
