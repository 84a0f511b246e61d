#pragma once
// The networks of golden files: "dense:8:tanh,flatten,reshape:3x4" (see golden/networks.py). Which
// layers there are, and what their arguments are called, is known from the table of layers and the
// lists of fields.

#include <memory>
#include <string>
#include <vector>

#include "keratin/layer.hpp"
#include "support/golden.hpp"

namespace keratin::test {

/// "28x28": a shape.
Shape shape_of(const std::string& text);

/// The layers of the case's option `layers`; empty if the library lacks one of them, or one of the
/// arguments given to it.
std::vector<std::shared_ptr<Layer>> layers_of(const GoldenCase& golden);

/// The options of a member that are given as "optimizer.momentum=0.9", if the class and all of its
/// fields exist; else null.
template <class Family>
std::shared_ptr<Family> prefixed_member(const GoldenCase& golden, const std::string& prefix) {
  const ClassTable<Family>& table = Family::table();
  const std::string& name = golden.text(prefix);
  const Row<Family>* row = find_row(table.rows, name, table.any_case);
  if (!row) return nullptr;
  const Config defaults = row->default_options();
  Config options = Config::Object();
  for (const auto& [key, text] : golden.options) {
    if (!key.starts_with(prefix + '.')) continue;
    const std::string field = key.substr(prefix.size() + 1);
    if (!defaults.find(field)) return nullptr;
    options.set(field, config_like(*defaults.find(field), text, golden.name + ' ' + key));
  }
  return make_member<Family>(name, options);
}

}  // namespace keratin::test
