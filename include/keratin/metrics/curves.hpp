#pragma once
// Areas under, and points on, the ROC and precision-recall curves, from counts at num_thresholds
// thresholds.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/threshold_metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

struct AUCOptions {
  int num_thresholds = 200;                        // evenly spread from 0 to 1
  std::string curve = "ROC";                       // or "PR", "PRGAIN"
  std::string summation_method = "interpolation";  // or "minoring", "majoring"
  std::string name = "";
  Thresholds thresholds = {};  // instead of num_thresholds: those between the ends
  bool multi_label = false;    // the (weighted) mean of each column's area
  std::optional<int> num_labels = {};
  OptionalNumbers label_weights = {};
  bool from_logits = false;
};
template <class V>
void fields(V& v, AUCOptions& o) {
  v("num_thresholds", o.num_thresholds);
  v("curve", o.curve);
  v("summation_method", o.summation_method);
  v("name", o.name);
  v("thresholds", o.thresholds);
  v("multi_label", o.multi_label);
  v("num_labels", o.num_labels);
  v("label_weights", o.label_weights);
  v("from_logits", o.from_logits);
}

/// Area under a curve. Precision-recall with interpolation is Davis & Goadrich's (2006).
class AUC : public Configured<ThresholdMetric, AUCOptions> {
 public:
  enum class Curve : unsigned char { roc, pr, prgain };
  /// The height of the curve between two thresholds: their mean, the lower or the higher.
  enum class Summation : unsigned char { interpolation, minoring, majoring };

  explicit AUC(AUCOptions options = {});

 private:
  struct Point {
    double x, y;
  };
  std::vector<double> values() const override;
  double area(const std::vector<Counts>& counts) const;
  static double interpolated_pr_area(const std::vector<Counts>& counts);
  Point point(const Counts& counts) const;
  double height(double y, double next_y) const;

  Curve curve_;
  Summation summation_;
};

/// Base of the four metrics below: the most of one rate over the thresholds at which another
/// reaches a target; 0 when it does nowhere.
class CurvePoint : public ThresholdMetric {
 protected:
  struct Target {
    const char* name;  // for error messages
    double value;      // in [0, 1]
    Rate rate;
  };
  CurvePoint(const char* class_name, const std::string& given_name, const Target& target,
             Rate wanted, int num_thresholds, std::optional<int> class_id);

 private:
  std::vector<double> values() const override;
  Target target_;
};

struct SensitivityAtSpecificityOptions {
  double specificity = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
template <class V>
void fields(V& v, SensitivityAtSpecificityOptions& o) {
  v("specificity", o.specificity);
  v("num_thresholds", o.num_thresholds);
  v("class_id", o.class_id);
  v("name", o.name);
}

/// The highest sensitivity (TP / (TP + FN)) where the specificity reaches the given one.
class SensitivityAtSpecificity : public Configured<CurvePoint, SensitivityAtSpecificityOptions> {
 public:
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
template <class V>
void fields(V& v, SpecificityAtSensitivityOptions& o) {
  v("sensitivity", o.sensitivity);
  v("num_thresholds", o.num_thresholds);
  v("class_id", o.class_id);
  v("name", o.name);
}

/// The highest specificity (TN / (TN + FP)) where the sensitivity reaches the given one.
class SpecificityAtSensitivity : public Configured<CurvePoint, SpecificityAtSensitivityOptions> {
 public:
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
template <class V>
void fields(V& v, PrecisionAtRecallOptions& o) {
  v("recall", o.recall);
  v("num_thresholds", o.num_thresholds);
  v("class_id", o.class_id);
  v("name", o.name);
}

/// The highest precision where the recall reaches the given one.
class PrecisionAtRecall : public Configured<CurvePoint, PrecisionAtRecallOptions> {
 public:
  explicit PrecisionAtRecall(PrecisionAtRecallOptions options);
  explicit PrecisionAtRecall(double recall, PrecisionAtRecallOptions options = {});
};

struct RecallAtPrecisionOptions {
  double precision = -1;  // required, in [0, 1]
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = "";
};
template <class V>
void fields(V& v, RecallAtPrecisionOptions& o) {
  v("precision", o.precision);
  v("num_thresholds", o.num_thresholds);
  v("class_id", o.class_id);
  v("name", o.name);
}

/// The highest recall where the precision reaches the given one.
class RecallAtPrecision : public Configured<CurvePoint, RecallAtPrecisionOptions> {
 public:
  explicit RecallAtPrecision(RecallAtPrecisionOptions options);
  explicit RecallAtPrecision(double precision, RecallAtPrecisionOptions options = {});
};

}  // namespace metrics
}  // namespace keratin
