#include "keratin/callbacks/callback.hpp"

#include "keratin/check.hpp"

namespace keratin {

Model& Callback::model() const {
  check<std::logic_error>(model_ != nullptr, "callback",
                          "model() exists during fit, evaluate and predict only");
  return *model_;
}

void Callbacks::push_back(Choice choice) {
  check(choice.callback_ != nullptr, "callbacks", "got a null pointer");
  list_.push_back(std::move(choice.callback_));
}

}  // namespace keratin
