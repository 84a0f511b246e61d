#pragma once
// ConfusionMatrix: which class is taken for which. Not in Keras.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

struct ConfusionMatrixOptions {
  std::optional<int> num_classes = {};  // 2 or more; none: as many as the first y_pred has columns
  std::string name = "";
};
template <class V>
void fields(V& v, ConfusionMatrixOptions& o) {
  v("num_classes", o.num_classes);
  v("name", o.name);
}

/// y_true: class ids (...) or (..., 1), or one-hot (..., classes). y_pred: scores (..., classes),
/// of which the largest counts, or class ids. A last axis as long as there are classes holds
/// scores. An id that is no class throws, naming the row.
class ConfusionMatrix : public Configured<Metric, ConfusionMatrixOptions> {
 public:
  explicit ConfusionMatrix(ConfusionMatrixOptions options = {});
  explicit ConfusionMatrix(int num_classes, ConfusionMatrixOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  /// The (weighted) share that is on the diagonal: accuracy.
  double result() const override;
  void reset_state() override;
  std::vector<double> get_state() const override;
  void set_state(std::span<const double> state) override;

  /// (classes, classes): rows are the true class, columns the predicted one.
  Tensor matrix() const;
  /// Precision, recall, F1 and support by class as text, to the letter as scikit-learn's
  /// classification_report prints it.
  std::string report() const;
  /// The same with names instead of numbers. Throws unless there is a name for each class.
  std::string report(const std::vector<std::string>& class_names) const;

 private:
  void find_ids(const char* what, const Tensor& values, std::vector<std::size_t>& ids) const;
  double row(std::size_t i) const;
  double column(std::size_t i) const;
  double all() const;
  double cell(std::size_t i, std::size_t j) const { return cells_[i * classes_ + j]; }

  std::size_t classes_ = 0;
  std::vector<double> cells_ = {};
  bool weighted_ = false;
  std::vector<std::size_t> true_ids_ = {}, predicted_ids_ = {};  // of one update
};

}  // namespace metrics
}  // namespace keratin
