#pragma once
// PRIVATE: the layers that are being built, from which weights have their paths.

#include <string>

#include "keratin/layer.hpp"

namespace keratin {

/// While it lives, `layer` is being built by this thread: inside the layer of the scope around it,
/// if there is one. Weights made meanwhile have the path "sequential/dense/kernel".
class BuildScope {
 public:
  explicit BuildScope(const Layer& layer) : layer_(layer), outer_(innermost_) { innermost_ = this; }
  ~BuildScope() { innermost_ = outer_; }
  BuildScope(const BuildScope&) = delete;
  BuildScope& operator=(const BuildScope&) = delete;

  /// The names of the layers, outermost first, each followed by a slash. A layer within its own
  /// scope and a layer without a name add nothing.
  std::string path() const {
    const std::string path = outer_ ? outer_->path() : "";
    const bool repeated = outer_ && &outer_->layer_ == &layer_;
    return repeated || layer_.name.empty() ? path : path + layer_.name + '/';
  }

 private:
  static thread_local inline const BuildScope* innermost_ = nullptr;
  const Layer& layer_;
  const BuildScope* outer_;
};

}  // namespace keratin
