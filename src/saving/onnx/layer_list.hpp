#pragma once
// PRIVATE: the layers that load_onnx() has made so far.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "keratin/sequential.hpp"

namespace keratin::onnx {

/// A layer to be made: its class, the options that are not the default, and its weights by name.
struct PlannedLayer {
  std::string class_name = {};
  Config options = Config::Object();
  std::vector<std::pair<std::string, Tensor>> weights = {};

  Tensor* weight(std::string_view name);
};

/// Plans layers one after the other, and follows the shape of a sample.
///
/// The axes of the values in a file are seldom those that keratin's layers want: images are
/// (batch, channels, height, width) there. The list therefore remembers which axis of the file's
/// value each axis of the layers' value is. Transposing the file's value changes that only; a
/// Permute is added where a layer needs an order that the value does not have.
///
/// Axes are numbered as in the file, 0 being the batch.
class LayerList {
 public:
  /// For samples of that shape in the file's order.
  explicit LayerList(const Shape& input);

  std::size_t rank() const { return shape_.size() + 1; }  // with the batch
  const Shape& shape() const { return shape_; }           // of a sample, in the layers' order
  Shape file_shape() const;                               // of a sample, in the file's order
  /// Where an axis of the file's value is in the layers' value.
  int place(std::size_t axis) const;
  /// The axis that is last in the layers' value.
  std::size_t last_axis() const { return order_.back(); }

  /// The file's value has its axes in another order from here on, the batch first.
  void transpose(const std::vector<std::int64_t>& order);
  /// Gives the layers' value the axes of the file's in that order (without the batch).
  void arrange(const std::vector<std::size_t>& order);
  /// In the file's own order.
  void arrange_as_file();
  /// With that axis last and the others in their order, as layers on images want the channels.
  void arrange_last(std::size_t axis);

  /// Adds a layer. `name` is taken if layers may have it and it is not empty.
  void add(PlannedLayer layer, const std::string& name = "");
  /// The last layer if it has that class, else nullptr.
  PlannedLayer* last(std::string_view class_name);
  PlannedLayer* last() { return layers_.empty() ? nullptr : &layers_.back(); }
  bool empty() const { return layers_.empty(); }
  /// Whether the last layer is one that multiplies with a kernel, and is still linear.
  bool ends_with_product() const;
  /// Adds a number to what the last layer gives, which ends_with_product().
  void add_bias(double offset);
  /// Whether what the last layer gives is never below 0.
  bool is_non_negative() const;
  /// Applies an activation: in the last layer, if it is a linear product, else in one of its own.
  void activate(const std::string& activation);
  /// Gives the file's value another shape of sample.
  void reshape(const Shape& shape, const std::string& name = "");
  /// Multiplies by `scale` and adds `offset`, whose axes are those of the file's value from the
  /// last one on, as numbers broadcast.
  void scale_and_add(const Tensor& scale, const Tensor& offset);

  /// The model, with the weights.
  Sequential model() &&;

 private:
  void refresh(const PlannedLayer& layer);
  void name_layers();
  Tensor& bias_of_last();

  Shape input_, shape_;
  Shape before_last_;               // of the last layer's input
  std::vector<std::size_t> order_;  // of each axis of the layers' sample: the file's axis
  std::vector<PlannedLayer> layers_;
  std::set<std::string> names_;  // of those that have one
};

}  // namespace keratin::onnx
