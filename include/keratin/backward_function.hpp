#pragma once
// A callable void(const Tensor& y, const Tensor& dy) kept in place: recording an op allocates
// nothing.

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace keratin {

class Tensor;

class BackwardFunction {
 public:
  BackwardFunction() = default;
  BackwardFunction(const BackwardFunction&) = delete;
  BackwardFunction& operator=(const BackwardFunction&) = delete;
  ~BackwardFunction() { reset(); }

  template <class F>
  void set(F&& function) {
    using Stored = std::decay_t<F>;
    reset();
    if constexpr (sizeof(Stored) > room || alignof(Stored) > alignof(std::max_align_t)) {
      set([owned = std::make_unique<Stored>(std::forward<F>(function))](
              const Tensor& y, const Tensor& dy) { (*owned)(y, dy); });
    } else {
      new (place_) Stored(std::forward<F>(function));
      call_ = [](void* place, const Tensor& y, const Tensor& dy) {
        (*static_cast<Stored*>(place))(y, dy);
      };
      if constexpr (!std::is_trivially_destructible_v<Stored>)
        destroy_ = [](void* place) { static_cast<Stored*>(place)->~Stored(); };
    }
  }

  void reset() {
    if (destroy_) destroy_(place_);
    call_ = nullptr;
    destroy_ = nullptr;
  }

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(const Tensor& y, const Tensor& dy) { call_(place_, y, dy); }

 private:
  static constexpr std::size_t room = 112;
  alignas(std::max_align_t) std::byte place_[room];
  void (*call_)(void*, const Tensor&, const Tensor&) = nullptr;
  void (*destroy_)(void*) = nullptr;
};

}  // namespace keratin
