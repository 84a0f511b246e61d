#pragma once
// PRIVATE: a variable that has another value for a while.

#include <utility>

namespace keratin {

/// Gives `variable` a value and takes it back at the end of the scope, also after an exception.
template <class T>
class ScopedValue {
 public:
  ScopedValue(T& variable, T value)
      : variable_(variable), before_(std::exchange(variable, std::move(value))) {}
  ~ScopedValue() { variable_ = std::move(before_); }
  ScopedValue(const ScopedValue&) = delete;
  ScopedValue& operator=(const ScopedValue&) = delete;

 private:
  T& variable_;
  T before_;
};

}  // namespace keratin
