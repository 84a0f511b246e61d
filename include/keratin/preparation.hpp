#pragma once
// Preparing arrays for training: splits, labels, class weights, norms, windows over time series.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "keratin/array_view.hpp"
#include "keratin/dataset.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {
namespace utils {

/// By which labels a split is stratified: none (false), the targets (true), or an array of labels
/// with one row per sample. Rows of several values are one-hot: their class is their largest value.
class Stratify {
 public:
  Stratify(bool by_targets = false) : by_targets_(by_targets) {}
  template <class Labels>
  requires(std::convertible_to<Labels, ArrayView> && !std::same_as<std::decay_t<Labels>, Stratify>)
      Stratify(Labels&& labels)
      : labels_(std::forward<Labels>(labels)) {}

  /// The labels, not given if the split is not to be stratified.
  const ArrayView& labels(const ArrayView& targets) const {
    return by_targets_ ? targets : labels_;
  }

 private:
  bool by_targets_ = false;
  ArrayView labels_ = {};
};

/// Names, defaults and sizes are scikit-learn's.
struct TrainTestSplitOptions {
  /// A fraction of the rows (rounded up) if it is below 1, else a number of rows.
  double test_size = 0.25;
  /// The same seed gives the same split; without one, the order is drawn from the library's random
  /// numbers.
  std::optional<std::uint64_t> seed = {};
  /// Both parts get as many rows of each class as its share of all rows asks for.
  Stratify stratify = false;
  /// false: the last rows are the test set, as they come. Then nothing can be stratified.
  bool shuffle = true;
};

/// Rows for training and for testing. Either Tensors or Arrays, which keep their type.
template <class Part>
struct TrainTestSplit {
  Part x_train, x_test, y_train, y_test;
};

/// Copies the rows of x and y, in random order, to a training set and a test set. Throws
/// std::invalid_argument if the numbers of rows differ or a part would be empty; stratified, also
/// if a class has one row only or a part has fewer rows than there are classes.
TrainTestSplit<Tensor> train_test_split(const Tensor& x, const Tensor& y,
                                        const TrainTestSplitOptions& options = {});
TrainTestSplit<Array> train_test_split(const ArrayView& x, const ArrayView& y,
                                       const TrainTestSplitOptions& options = {});

/// A number of elements (of an integer type) or a fraction of all (of a floating-point type).
struct SplitSize {
  template <std::integral T>
  SplitSize(T elements) : count(static_cast<long long>(elements)) {}
  template <std::floating_point T>
  SplitSize(T part) : fraction(static_cast<double>(part)) {}
  std::optional<long long> count = {};
  std::optional<double> fraction = {};
};

struct SplitDatasetOptions {
  std::optional<SplitSize> left_size = {};   // default: what right_size leaves
  std::optional<SplitSize> right_size = {};  // default: what left_size leaves
  bool shuffle = false;
  std::optional<std::uint64_t> seed = {};
};

/// The first elements of a Dataset of single samples, and those after them; shuffled before if
/// asked to, in one order for all passes. Sizes are rounded as in Keras. A Dataset that does not
/// know its size is read once to count its elements. Throws std::invalid_argument for a Dataset of
/// batches, without an end, or with a shuffle, whose order would mix both sides: split first.
std::pair<Dataset, Dataset> split_dataset(const Dataset& data, const SplitDatasetOptions& options);

/// One-hot rows: shape of `labels` (without a last axis of 1), then num_classes. Without
/// num_classes there are as many as the largest label plus one. Throws std::invalid_argument for a
/// label that is no whole number from 0 to num_classes - 1.
Tensor to_categorical(const ArrayView& labels, ElementCount num_classes = 0);

/// x divided by its norm of that order along an axis, in place of 0 by 1: order 2 is the Euclidean
/// norm, 1 the sum of sizes, infinity the largest size, as in numpy.linalg.norm.
Tensor normalize(const Tensor& x, int axis = -1, double order = 2);

/// scikit-learn's "balanced" weights for fit's class_weight: rows / (classes * rows of the class).
/// Labels are class ids, one per row, or one-hot rows.
std::map<int, double> compute_class_weight(const ArrayView& labels);

struct TimeseriesOptions {
  long sequence_stride = 1;  // steps from the start of a window to the start of the next one
  long sampling_rate = 1;    // steps from one value in a window to the next one
  std::optional<long> batch_size = 128;  // nothing: single windows
  bool shuffle = false;
  std::optional<std::uint64_t> seed = {};
  std::optional<long> start_index = {};  // steps before it are not used
  std::optional<long> end_index = {};    // nor are this one and those after it
};

/// Windows of `sequence_length` steps over `data`, whose first axis is time: x has shape (batch,
/// sequence_length, ...). y is the row of `targets` with the number of the window's first step; so
/// that to predict the step after a window, targets begins `sequence_length` steps later than data.
/// No targets, no y. Arrays are borrowed unless they are temporaries, and windows are copied when
/// their batch is made.
Dataset timeseries_dataset_from_array(ArrayView data, ArrayView targets, long sequence_length,
                                      const TimeseriesOptions& options = {});

}  // namespace utils
}  // namespace keratin
