#include "keratin/check.hpp"
#include "keratin/constraints.hpp"

namespace keratin {

Config Constraint::get_config() const {
  fail("constraint", class_name_of<Constraint>(*this),
       " has no list of fields, so that a Config cannot describe it");
}

const Tensor& Constraint::applied(GradientTape& tape, const Tensor& w) const {
  const Tensor& value = (*this)(tape.constant(w)).value();
  check(value.shape() == w.shape(), "constraint", "gave shape ", value.shape(),
        " for weights of shape ", w.shape());
  return value;
}

Constraint::FromFunction::FromFunction(Function function) : function_(std::move(function)) {
  check(function_ != nullptr, "constraint", "got an empty function");
}

ConstraintHandle constraints::get(const std::string& name) { return name; }

}  // namespace keratin
