#include "keratin/check.hpp"
#include "keratin/regularizers.hpp"

namespace keratin {

Config Regularizer::get_config() const {
  fail("regularizer", class_name_of<Regularizer>(*this),
       " has no list of fields, so that a Config cannot describe it");
}

Regularizer::FromFunction::FromFunction(Function function) : function_(std::move(function)) {
  check(function_ != nullptr, "regularizer", "got an empty function");
}

Node RegularizerHandle::operator()(Node x) const {
  check(member_ != nullptr, "regularizer", "there is none for x of shape ", x.shape());
  const Node penalty = (*member_)(x);
  check(penalty.shape().empty(), "regularizer", "gave a penalty of shape ", penalty.shape(),
        ", wanted a scalar");
  return penalty;
}

RegularizerHandle regularizers::get(const std::string& name) { return name; }

}  // namespace keratin
