#include "keratin/layer.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

#include "keratin/check.hpp"

namespace keratin {

Shape Layer::connect(const Shape& input) {
  if (variables_.empty()) {
    built_for_ = input;
    return built_output_ = build(input);
  }
  check(input == built_for_, name, "was built for inputs of shape ", built_for_, ", got ", input);
  return built_output_;
}

std::vector<Variable*> Layer::variables() const {
  std::vector<Variable*> all;
  append_variables(all);
  return all;
}

void Layer::append_variables(std::vector<Variable*>& all) const {
  for (const auto& variable : variables_) all.push_back(variable.get());
}

std::string Layer::class_name() const {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  const std::string full = readable ? readable.get() : typeid(*this).name();
  const std::size_t colon = full.rfind("::");
  return colon == std::string::npos ? full : full.substr(colon + 2);
}

Variable& Layer::add_weight(const WeightOptions& options) {
  auto variable = std::make_unique<Variable>();
  variable->name = options.name;
  variable->trainable = options.trainable;
  variable->value = options.initializer(options.shape);
  return *variables_.emplace_back(std::move(variable));
}

}  // namespace keratin
