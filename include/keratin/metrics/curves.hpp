#pragma once
// Areas under, and points on, the ROC and precision-recall curves, from counts at num_thresholds
// thresholds.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/confusions.hpp"

namespace keratin::metrics {

struct AUCOptions {
  int num_thresholds = 200;
  std::string curve = "ROC";                       // or "PR", "PRGAIN"
  std::string summation_method = "interpolation";  // or "minoring", "majoring"
  std::string name = "";
  Thresholds thresholds = {};  // instead of num_thresholds: those between the ends
  bool multi_label = false;    // the (weighted) mean of each column's area
  std::optional<int> num_labels = {};
  std::vector<double> label_weights = {};
  bool from_logits = false;
};

/// Area under a curve. Precision-recall with interpolation is Davis & Goadrich's (2006).
class AUC : public ConfusionMetric {
 public:
  explicit AUC(AUCOptions options = {});

 private:
  enum class Curve : unsigned char { roc, pr, prgain };
  enum class Summation : unsigned char { interpolation, minoring, majoring };
  static Curve curve_of(const std::string& name);
  static Summation summation_of(const std::string& name);

  std::vector<double> values() const override;
  double area(std::size_t label) const;
  double interpolated_pr_area(std::size_t label) const;
  std::pair<double, double> point(const Counts& counts) const;

  Curve curve_;
  Summation summation_;
};

/// The most of one rate over the thresholds at which another reaches `target`; 0 when it does
/// nowhere.
class CurvePoint : public ConfusionMetric {
 protected:
  CurvePoint(const char* where, const char* what, std::string name, double target,
             int num_thresholds, std::optional<int> class_id, Rate constrained, Rate wanted);

 private:
  std::vector<double> values() const override;
  double target_;
  Rate constrained_, wanted_;
};

struct SensitivityAtSpecificityOptions {
  double specificity = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
struct SensitivityAtSpecificity : CurvePoint {
  explicit SensitivityAtSpecificity(SensitivityAtSpecificityOptions options);
  explicit SensitivityAtSpecificity(double specificity,
                                    SensitivityAtSpecificityOptions options = {});
};

struct SpecificityAtSensitivityOptions {
  double sensitivity = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
struct SpecificityAtSensitivity : CurvePoint {
  explicit SpecificityAtSensitivity(SpecificityAtSensitivityOptions options);
  explicit SpecificityAtSensitivity(double sensitivity,
                                    SpecificityAtSensitivityOptions options = {});
};

struct PrecisionAtRecallOptions {
  double recall = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
struct PrecisionAtRecall : CurvePoint {
  explicit PrecisionAtRecall(PrecisionAtRecallOptions options);
  explicit PrecisionAtRecall(double recall, PrecisionAtRecallOptions options = {});
};

struct RecallAtPrecisionOptions {
  double precision = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
struct RecallAtPrecision : CurvePoint {
  explicit RecallAtPrecision(RecallAtPrecisionOptions options);
  explicit RecallAtPrecision(double precision, RecallAtPrecisionOptions options = {});
};

}  // namespace keratin::metrics
