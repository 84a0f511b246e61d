#pragma once
// Callables that are kept in place: recording an op allocates nothing.

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

class Tensor;

/// A callable void(Arguments...), or none.
template <class... Arguments>
class StoredFunction {
 public:
  StoredFunction() = default;
  StoredFunction(const StoredFunction&) = delete;
  StoredFunction& operator=(const StoredFunction&) = delete;
  ~StoredFunction() { reset(); }

  template <class F>
  void set(F&& function) {
    using Callable = std::decay_t<F>;
    reset();
    if constexpr (sizeof(Callable) > room || alignof(Callable) > alignof(std::max_align_t)) {
      set([owned = std::make_unique<Callable>(std::forward<F>(function))](Arguments... arguments) {
        (*owned)(arguments...);
      });
    } else {
      new (place_) Callable(std::forward<F>(function));
      call_ = [](void* place, Arguments... arguments) {
        (*static_cast<Callable*>(place))(arguments...);
      };
      if constexpr (!std::is_trivially_destructible_v<Callable>)
        destroy_ = [](void* place) { static_cast<Callable*>(place)->~Callable(); };
    }
  }

  void reset() {
    if (destroy_) destroy_(place_);
    call_ = nullptr;
    destroy_ = nullptr;
  }

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(Arguments... arguments) { call_(place_, arguments...); }

 private:
  static constexpr std::size_t room = 112;
  alignas(std::max_align_t) std::byte place_[room];
  void (*call_)(void*, Arguments...) = nullptr;
  void (*destroy_)(void*) = nullptr;
};

/// Computes an op's gradients from its value y and the gradient dy of that.
using BackwardFunction = StoredFunction<const Tensor&, const Tensor&>;
/// Writes the gradient of `count` samples, `first` and those after it, to `gradient`. May be called
/// on several threads at once.
using SamplesFunction =
    StoredFunction<std::size_t /*first*/, std::size_t /*count*/, float* /*gradient*/>;

}  // namespace keratin
