// Layers on images and sequences: convolutions, pooling, edges, enlargement.
#include <algorithm>

#include "keratin/layers.hpp"
#include "layers/windows.hpp"
#include "ops/windows.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

using Integers = std::vector<std::int64_t>;

Integers sizes(Size1D size) { return {size[0]}; }
Integers sizes(Size2D size) { return {size[0], size[1]}; }

std::int64_t integer(std::size_t value) { return static_cast<std::int64_t>(value); }

// The windows' attributes, with padding as numbers of places: before along each axis, then after.
Attributes window_attributes(const Integers& window, const kernels::Windows& on) {
  Integers strides, before, after;
  for (const kernels::WindowAxis& axis : {on.vertical, on.horizontal}) {
    const std::size_t reach = (axis.window - 1) * axis.dilation + 1;
    const std::size_t covered = (axis.count - 1) * axis.stride + reach;
    strides.push_back(integer(axis.stride));
    before.push_back(integer(axis.before));
    after.push_back(std::max<std::int64_t>(integer(covered) - integer(axis.before + axis.size), 0));
  }
  if (window.size() == 1)
    for (Integers* each : {&strides, &before, &after}) each->erase(each->begin());
  before.insert(before.end(), after.begin(), after.end());
  return {{"kernel_shape", window}, {"strides", strides}, {"pads", before}};
}

template <std::size_t rank>
Attributes window_attributes(const Shape& image, Sizes<rank> window,
                             const ops::WindowOptions& options) {
  const kernels::Windows windows =
      ops::windows_on(ops::Images(image.with_batch(1), "onnx"), on_image(window), options, "onnx");
  return window_attributes(sizes(window), windows);
}

// (height, width, in, out) to (out, in, height, width), or (width, in, out) to (out, in, width).
Tensor filters_first(const Tensor& kernel) {
  return kernel.rank() == 4 ? transposed(kernel, {3, 2, 0, 1}) : transposed(kernel, {2, 1, 0});
}

// (height, width, channels, multiplier) to (channels * multiplier, 1, height, width).
Tensor channel_filters(const Tensor& kernel) {
  const Shape& shape = kernel.shape();
  return transposed(kernel, {2, 3, 0, 1})
      .reshaped({shape[2] * shape[3], std::size_t{1}, shape[0], shape[1]});
}

std::vector<std::string> with_bias(Writer& w, std::vector<std::string> inputs) {
  if (w.has_weight("bias")) inputs.push_back(w.weight("bias"));
  return inputs;
}

template <std::size_t rank>
void write_conv(Writer& w, const Conv<rank>& layer) {
  const ConvOptions<rank>& o = layer.options();
  Attributes attributes = window_attributes(
      w.shape(), o.kernel_size, {on_image(o.strides), o.padding, on_image(o.dilation_rate)});
  attributes.push_back({"dilations", sizes(o.dilation_rate)});
  attributes.push_back({"group", std::int64_t{o.groups}});
  const std::string x = w.channels_first();
  const std::string kernel = w.constant("kernel", filters_first(w.weight_value("kernel")));
  w.set_channels_first(w.node("Conv", with_bias(w, {x, kernel}), attributes));
  write_activation(w, o.activation);
}

template <class Options>
Attributes depthwise_attributes(Writer& w, const Options& o) {
  Attributes attributes =
      window_attributes(w.shape(), o.kernel_size, {o.strides, o.padding, o.dilation_rate});
  attributes.push_back({"dilations", sizes(o.dilation_rate)});
  attributes.push_back({"group", integer(w.shape().back())});
  return attributes;
}

void write_depthwise(Writer& w, const DepthwiseConv2D& layer) {
  const Attributes attributes = depthwise_attributes(w, layer.options());
  const std::string x = w.channels_first();
  const std::string kernel = w.constant("kernel", channel_filters(w.weight_value("kernel")));
  w.set_channels_first(w.node("Conv", with_bias(w, {x, kernel}), attributes));
  write_activation(w, layer.options().activation);
}

void write_separable(Writer& w, const SeparableConv2D& layer) {
  const Attributes attributes = depthwise_attributes(w, layer.options());
  const std::string x = w.channels_first();
  const std::string depthwise =
      w.constant("depthwise_kernel", channel_filters(w.weight_value("depthwise_kernel")));
  const std::string pointwise =
      w.constant("pointwise_kernel", filters_first(w.weight_value("pointwise_kernel")));
  const std::string y = w.node("Conv", {x, depthwise}, attributes);
  w.set_channels_first(w.node("Conv", with_bias(w, {y, pointwise})));
  write_activation(w, layer.options().activation);
}

// The convolution that the layer transposes has its windows on the layer's output. ONNX removes
// `pads` from an output that is large enough for all windows; what would have to be removed less
// than nothing is added as output_padding.
void write_conv_transpose(Writer& w, const Conv2DTranspose& layer) {
  const Conv2DTransposeOptions& o = layer.options();
  const kernels::Windows windows =
      ops::windows_on(ops::Images(w.output_shape().with_batch(1), "onnx"), o.kernel_size,
                      {o.strides, o.padding, o.dilation_rate}, "onnx");
  Integers before, after, beyond;
  for (const kernels::WindowAxis& axis : {windows.vertical, windows.horizontal}) {
    const std::size_t reach = (axis.window - 1) * axis.dilation + 1;
    const std::int64_t surplus =
        integer((axis.count - 1) * axis.stride + reach) - integer(axis.before + axis.size);
    before.push_back(integer(axis.before));
    after.push_back(std::max<std::int64_t>(surplus, 0));
    beyond.push_back(std::max<std::int64_t>(-surplus, 0));
  }
  before.insert(before.end(), after.begin(), after.end());
  const std::string x = w.channels_first();
  // (height, width, filters, channels) to (channels, filters, height, width)
  const std::string kernel = w.constant("kernel", filters_first(w.weight_value("kernel")));
  w.set_channels_first(w.node("ConvTranspose", with_bias(w, {x, kernel}),
                              {{"kernel_shape", sizes(o.kernel_size)},
                               {"strides", sizes(o.strides)},
                               {"dilations", sizes(o.dilation_rate)},
                               {"pads", before},
                               {"output_padding", beyond}}));
  write_activation(w, o.activation);
}

template <std::size_t rank, PoolingOp op>
void write_pooling(Writer& w, const Pooling<rank, op>& layer) {
  const PoolingOptions<rank>& o = layer.options();
  const Attributes attributes =
      window_attributes(w.shape(), o.pool_size, {on_image(*o.strides), o.padding});
  const char* op_type = op == ops::max_pool ? "MaxPool" : "AveragePool";
  w.set_channels_first(w.node(op_type, {w.channels_first()}, attributes));
}

template <std::size_t rank, Node (*reduce)(Node x, const Axes& axes, bool keepdims)>
void write_global_pooling(Writer& w, const GlobalPooling<rank, reduce>& layer) {
  const char* op_type = reduce == ops::max ? "GlobalMaxPool" : "GlobalAveragePool";
  const std::string y = w.node(op_type, {w.channels_first()});
  if (layer.options().keepdims)
    w.set_channels_first(y);
  else
    w.set_value(w.node("Flatten", {y}, {{"axis", std::int64_t{1}}}));
}

// What lies before and after along the spatial axes, and 0 for the others, as ONNX lists it.
struct EdgeLists {
  Integers before, after;
};
EdgeLists edges_in_order(Writer& w, const Edges<2>& edges) {
  const std::size_t rank = w.shape().size() - 1;
  EdgeLists lists{Integers(rank + 2), Integers(rank + 2)};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const auto place = static_cast<std::size_t>(w.place(axis + 1));
    lists.before[place] = edges[axis + 2 - rank].before();
    lists.after[place] = edges[axis + 2 - rank].after();
  }
  return lists;
}

Edges<2> on_image(const Edges<1>& edges) { return {0, edges}; }
const Edges<2>& on_image(const Edges<2>& edges) { return edges; }

template <std::size_t rank>
void write_zero_padding(Writer& w, const ZeroPadding<rank>& layer) {
  auto [pads, after] = edges_in_order(w, on_image(layer.options().padding));
  pads.insert(pads.end(), after.begin(), after.end());
  w.set_same_order(w.node("Pad", {w.any_order(), w.integers("pads", pads)}));
}

template <std::size_t rank>
void write_cropping(Writer& w, const Cropping<rank>& layer) {
  const auto [before, after] = edges_in_order(w, on_image(layer.options().cropping));
  Integers starts, ends, axes;
  for (std::size_t axis = 1; axis <= rank; ++axis) {
    const auto place = static_cast<std::size_t>(w.place(axis));
    axes.push_back(w.place(axis));
    starts.push_back(before[place]);
    ends.push_back(integer(w.shape()[axis - 1]) - after[place]);
  }
  w.set_same_order(w.node("Slice", {w.any_order(), w.integers("starts", starts),
                                    w.integers("ends", ends), w.integers("axes", axes)}));
}

// Repeated pixels, or half-pixel centers with pixels beyond the edge as those at the edge.
void write_up_sampling(Writer& w, const Integers& factors, bool bilinear) {
  std::vector<float> scales = {1, 1};
  for (const std::int64_t factor : factors) scales.push_back(static_cast<float>(factor));
  Attributes how = {{"mode", std::string("nearest")},
                    {"coordinate_transformation_mode", std::string("asymmetric")},
                    {"nearest_mode", std::string("floor")}};
  if (bilinear)
    how = {{"mode", std::string("linear")},
           {"coordinate_transformation_mode", std::string("half_pixel")}};
  const std::string x = w.channels_first();
  const std::string scale = w.constant("scales", Tensor::from({scales.size()}, scales));
  w.set_channels_first(w.node("Resize", {x, "", scale}, how));
}

void write_up_sampling1d(Writer& w, const UpSampling1D& layer) {
  write_up_sampling(w, {layer.options().size}, false);
}

void write_up_sampling2d(Writer& w, const UpSampling2D& layer) {
  const UpSampling2DOptions& o = layer.options();
  write_up_sampling(w, sizes(o.size), o.interpolation == "bilinear");
}

constexpr ExportRow export_images_rows[] = {
    row<AveragePooling1D, write_pooling>(),
    row<AveragePooling2D, write_pooling>(),
    row<Conv1D, write_conv>(),
    row<Conv2D, write_conv>(),
    row<Conv2DTranspose, write_conv_transpose>(),
    row<Cropping1D, write_cropping>(),
    row<Cropping2D, write_cropping>(),
    row<DepthwiseConv2D, write_depthwise>(),
    row<GlobalAveragePooling1D, write_global_pooling>(),
    row<GlobalAveragePooling2D, write_global_pooling>(),
    row<GlobalMaxPooling1D, write_global_pooling>(),
    row<GlobalMaxPooling2D, write_global_pooling>(),
    row<MaxPooling1D, write_pooling>(),
    row<MaxPooling2D, write_pooling>(),
    row<SeparableConv2D, write_separable>(),
    row<UpSampling1D, write_up_sampling1d>(),
    row<UpSampling2D, write_up_sampling2d>(),
    row<ZeroPadding1D, write_zero_padding>(),
    row<ZeroPadding2D, write_zero_padding>(),
};

}  // namespace

std::span<const ExportRow> image_exports() { return export_images_rows; }

}  // namespace keratin::onnx
