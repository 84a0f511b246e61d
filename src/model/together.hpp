#pragma once
// PRIVATE: calls that several processes make together.

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "core/replicas.hpp"
#include "keratin/model.hpp"

namespace KERATIN_API keratin {  // keratin::distribution is a library of its own

/// What has to be the same in all processes when they begin a call together.
class Fingerprint {
 public:
  /// Of a call such as "fit".
  explicit Fingerprint(const char* call) : call_(call) { add("call", call); }

  void add(const char* what, std::string text) { facts_.push_back({what, std::move(text)}); }
  /// Layers with their weights' shapes; for training also the values, the optimizer and the random
  /// numbers to come.
  void add_model(const Model& model, bool trains);

  /// Throws std::runtime_error in all processes, which says what differs, unless it is the same.
  void compare(Replicas& replicas) const;

 private:
  struct Fact {
    const char* what;
    std::string text;
  };
  const char* call_;
  std::vector<Fact> facts_;
};

/// Whether it holds in any of the processes.
inline bool in_any_process(bool here) { return replicas() ? replicas()->any(here) : here; }

/// Runs the call. With several processes, they first compare the fingerprint that describe()
/// returns; and if the call fails in one of them it ends the others, which wait for it.
template <class Describe, class Run>
auto together(const Describe& describe, const Run& run) {
  Replicas* const processes = replicas();
  if (!processes) return run();
  describe().compare(*processes);
  const Replicas::Call call(*processes);
  try {
    return run();
  } catch (const std::exception& error) {
    processes->fail(error.what());
    throw;
  }
}

}  // namespace keratin
