#pragma once
// Cross-entropies as metrics: the mean over samples of the losses of these names.

#include <optional>
#include <string>

#include "keratin/metrics/wrappers.hpp"

namespace KERATIN_API keratin {
namespace metrics {

struct BinaryCrossentropyOptions {
  std::string name = "";
  bool from_logits = false;
  double label_smoothing = 0;
};
template <class V>
void fields(V& v, BinaryCrossentropyOptions& o) {
  v("name", o.name);
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
}

/// The mean of losses::binary_crossentropy.
class BinaryCrossentropy : public Configured<MeanMetricWrapper, BinaryCrossentropyOptions> {
 public:
  explicit BinaryCrossentropy(BinaryCrossentropyOptions options = {});
};

struct CategoricalCrossentropyOptions {
  std::string name = "";
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
};
template <class V>
void fields(V& v, CategoricalCrossentropyOptions& o) {
  v("name", o.name);
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
  v("axis", o.axis);
}

/// The mean of losses::categorical_crossentropy.
class CategoricalCrossentropy
    : public Configured<MeanMetricWrapper, CategoricalCrossentropyOptions> {
 public:
  explicit CategoricalCrossentropy(CategoricalCrossentropyOptions options = {});
};

struct SparseCategoricalCrossentropyOptions {
  std::string name = "";
  bool from_logits = false;
  std::optional<int> ignore_class = {};
  int axis = -1;
};
template <class V>
void fields(V& v, SparseCategoricalCrossentropyOptions& o) {
  v("name", o.name);
  v("from_logits", o.from_logits);
  v("ignore_class", o.ignore_class);
  v("axis", o.axis);
}

/// With ignore_class, as in Keras: ignored samples have the value 0; without weights they still
/// count in the mean, with weights they are left out.
class SparseCategoricalCrossentropy
    : public Configured<MeanMetricWrapper, SparseCategoricalCrossentropyOptions> {
 public:
  explicit SparseCategoricalCrossentropy(SparseCategoricalCrossentropyOptions options = {});
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;

 private:
  const Tensor& without_ignored(const Tensor& y_true, const Tensor& sample_weight);
  Tensor weights_;  // of one update
};

}  // namespace metrics
}  // namespace keratin
