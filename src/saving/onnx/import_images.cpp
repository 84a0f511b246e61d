// Nodes on images and sequences: convolutions, pooling, edges, enlargement.
#include <algorithm>
#include <climits>

#include "keratin/layers.hpp"
#include "ops/windows.hpp"
#include "saving/onnx/import.hpp"
#include "saving/onnx/writer.hpp"

namespace keratin::onnx {

namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t largest = 1 << 20;  // size, stride, dilation or padding of a window

/// The windows of a node along each spatial axis.
struct Windows {
  Integers sizes, strides, dilations, before, after;

  std::size_t rank() const { return sizes.size(); }
  bool has_pads() const {
    const auto is_there = [](std::int64_t pad) { return pad != 0; };
    return std::any_of(before.begin(), before.end(), is_there) ||
           std::any_of(after.begin(), after.end(), is_there);
  }
};

// Puts the channels last, as layers on images have them.
Shape arranged(const Import& in) {
  check<std::runtime_error>(in.layers.rank() == 3 || in.layers.rank() == 4, "", "samples have ",
                            in.layers.rank() - 1, " axes, wanted sequences or images");
  in.layers.arrange_last(1);
  return in.layers.shape();
}

Integers list(const NodeProto& node, const char* name, std::size_t count, std::int64_t otherwise,
              std::int64_t least) {
  Integers values = integers_attribute(node, name, Integers(count, otherwise));
  check<std::runtime_error>(values.size() == count, "", "its ", name, " has ", values.size(),
                            " numbers, wanted ", count);
  for (const std::int64_t value : values)
    check<std::runtime_error>(value >= least && value <= largest, "", "its ", name, " has ", value);
  return values;
}

std::int64_t integer(std::size_t value) { return static_cast<std::int64_t>(value); }

// How many places "same" adds along an axis, and how many of them before.
std::pair<std::int64_t, std::int64_t> same_pads(std::int64_t size, std::int64_t window,
                                                std::int64_t stride, std::int64_t dilation) {
  const std::int64_t count = (size - 1) / stride + 1, reach = (window - 1) * dilation + 1;
  const std::int64_t all = std::max<std::int64_t>((count - 1) * stride + reach - size, 0);
  return {all / 2, all - all / 2};
}

Windows windows_of(const NodeProto& node, const Shape& image, const Integers& sizes,
                   bool is_transposed = false) {
  const std::size_t rank = image.size() - 1;
  Windows windows;
  windows.sizes = list(node, "kernel_shape", rank, 0, 0);
  if (windows.sizes == Integers(rank, 0)) windows.sizes = sizes;
  for (const std::int64_t size : windows.sizes)
    check<std::runtime_error>(size > 0 && size <= largest, "", "its window has size ", size);
  windows.strides = list(node, "strides", rank, 1, 1);
  windows.dilations = list(node, "dilations", rank, 1, 1);
  const Integers pads = list(node, "pads", 2 * rank, 0, 0);
  windows.before.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(rank));
  windows.after.assign(pads.begin() + static_cast<std::ptrdiff_t>(rank), pads.end());
  const std::string auto_pad = text_attribute(node, "auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    check<std::runtime_error>(!is_transposed, "", "it has auto_pad ", auto_pad);
    for (std::size_t i = 0; i < rank; ++i) {
      auto [before, after] =
          same_pads(integer(image[i]), windows.sizes[i], windows.strides[i], windows.dilations[i]);
      if (auto_pad == "SAME_LOWER") std::swap(before, after);
      windows.before[i] = before;
      windows.after[i] = after;
    }
  } else if (auto_pad == "VALID") {
    windows.before = windows.after = Integers(rank);
  }
  return windows;
}

bool are_same_pads(const Windows& windows, const Shape& image) {
  for (std::size_t i = 0; i < windows.rank(); ++i)
    if (same_pads(integer(image[i]), windows.sizes[i], windows.strides[i], windows.dilations[i]) !=
        std::pair(windows.before[i], windows.after[i]))
      return false;
  return true;
}

std::string with_rank(const char* name, std::size_t rank) { return concat(name, rank, 'D'); }

Config edges(const Windows& windows) {
  Config::List list;
  for (std::size_t i = 0; i < windows.rank(); ++i)
    list.push_back(Config::List{windows.before[i], windows.after[i]});
  return list.size() == 1 ? list.front() : Config(list);
}

// "valid" or "same"; what is neither becomes a layer of its own that adds zeros.
std::string padding_of(const Import& in, const Windows& windows, const Shape& image) {
  if (!windows.has_pads()) return "valid";
  if (are_same_pads(windows, image)) return "same";
  in.layers.add(
      {with_rank("ZeroPadding", windows.rank()), Config::Object{{"padding", edges(windows)}}});
  return "valid";
}

PlannedLayer convolution(const std::string& class_name, const Windows& windows,
                         const std::string& padding) {
  PlannedLayer layer{class_name};
  layer.options.set("kernel_size", to_config(windows.sizes));
  layer.options.set("strides", to_config(windows.strides));
  layer.options.set("dilation_rate", to_config(windows.dilations));
  layer.options.set("padding", padding);
  layer.options.set("use_bias", false);
  return layer;
}

void add_bias(const Import& in, const NodeProto& node, PlannedLayer& layer, std::size_t filters) {
  if (node.input_size() < 3 || node.input(2).empty()) return;
  const Constant& bias = in.weight(node, 2);
  check<std::runtime_error>(bias.shape == Shape{filters}, "", "its bias has shape ", bias.shape,
                            ", wanted ", Shape{filters});
  layer.options.set("use_bias", true);
  layer.weights.push_back({"bias", bias.floats});
}

Integers kernel_sizes(const Constant& kernel) {
  Integers sizes;
  for (std::size_t i = 2; i < kernel.shape.size(); ++i) sizes.push_back(integer(kernel.shape[i]));
  return sizes;
}

void add_conv(const Import& in, const NodeProto& node) {
  const Shape image = arranged(in);
  const Constant& kernel = in.weight(node, 1);
  check<std::runtime_error>(kernel.shape.size() == image.size() + 1, "", "its kernel has shape ",
                            kernel.shape, " and samples ", image);
  const Integers sizes = kernel_sizes(kernel);
  const Windows windows = windows_of(node, image, sizes);
  const std::int64_t groups = integer_attribute(node, "group", 1);
  const std::size_t filters = kernel.shape[0], channels = image.back();
  check<std::runtime_error>(windows.sizes == sizes && groups > 0 && groups <= integer(channels) &&
                                integer(channels) % groups == 0 && integer(filters) % groups == 0 &&
                                integer(kernel.shape[1]) * groups == integer(channels),
                            "", "its kernel has shape ", kernel.shape, " in ", groups,
                            " groups, and samples ", image);
  const std::string padding = padding_of(in, windows, image);
  PlannedLayer layer;
  if (groups > 1 && groups == integer(channels) && windows.rank() == 2) {
    // (channels * multiplier, 1, height, width) to (height, width, channels, multiplier)
    const std::size_t multiplier = filters / channels;
    layer = convolution("DepthwiseConv2D", windows, padding);
    layer.options.set("depth_multiplier", integer(multiplier));
    layer.weights.push_back(
        {"kernel", transposed(kernel.floats.reshaped({channels, multiplier, sizes[0], sizes[1]}),
                              {2, 3, 0, 1})});
  } else {
    layer = convolution(with_rank("Conv", windows.rank()), windows, padding);
    layer.options.set("filters", integer(filters));
    layer.options.set("groups", groups);
    layer.weights.push_back({"kernel", windows.rank() == 2 ? transposed(kernel.floats, {2, 3, 1, 0})
                                                           : transposed(kernel.floats, {2, 1, 0})});
  }
  add_bias(in, node, layer, filters);
  in.layers.add(std::move(layer), in.name(node));
}

// Whether Conv2DTranspose with that padding and output_padding has those windows on its output.
bool transposes(const Shape& image, const Windows& windows, const Integers& output_sizes,
                const char* padding, std::optional<Size2D> output_padding) {
  const Size2D sizes(static_cast<int>(windows.sizes[0]), static_cast<int>(windows.sizes[1]));
  const ops::WindowOptions options{
      Size2D(static_cast<int>(windows.strides[0]), static_cast<int>(windows.strides[1])), padding,
      Size2D(static_cast<int>(windows.dilations[0]), static_cast<int>(windows.dilations[1]))};
  try {
    const Shape output = ops::conv_transpose_output_shape(image, sizes, options, output_padding);
    const kernels::Windows on =
        ops::windows_on(ops::Images(output.with_batch(1), "onnx"), sizes, options, "onnx");
    return integer(output[0]) == output_sizes[0] && integer(output[1]) == output_sizes[1] &&
           integer(on.vertical.before) == windows.before[0] &&
           integer(on.horizontal.before) == windows.before[1] && on.vertical.count == image[0] &&
           on.horizontal.count == image[1];
  } catch (const std::invalid_argument&) {
    return false;
  }
}

void add_conv_transpose(const Import& in, const NodeProto& node) {
  const Shape image = arranged(in);
  const Constant& kernel = in.weight(node, 1);
  check<std::runtime_error>(image.size() == 3 && kernel.shape.size() == 4 &&
                                kernel.shape[0] == image.back() &&
                                integer_attribute(node, "group", 1) == 1,
                            "", "its kernel has shape ", kernel.shape, " in ",
                            integer_attribute(node, "group", 1), " groups, and samples ", image);
  const Integers sizes = kernel_sizes(kernel);
  const Windows windows = windows_of(node, image, sizes, /*is_transposed=*/true);
  check<std::runtime_error>(windows.sizes == sizes, "", "its kernel has shape ", kernel.shape);
  check<std::runtime_error>(!find_attribute(node, "output_shape"), "", "it has output_shape");
  const Integers beyond = list(node, "output_padding", 2, 0, 0);
  Integers output_sizes;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t reach = (sizes[i] - 1) * windows.dilations[i] + 1;
    output_sizes.push_back(windows.strides[i] * (integer(image[i]) - 1) + reach + beyond[i] -
                           windows.before[i] - windows.after[i]);
    check<std::runtime_error>(output_sizes[i] > 0 && output_sizes[i] <= INT_MAX, "",
                              "its output has size ", output_sizes[i]);
  }
  // (channels, filters, height, width) to (height, width, filters, channels)
  const std::size_t filters = kernel.shape[1];
  Tensor weights = transposed(kernel.floats, {2, 3, 1, 0});
  const auto add = [&](const char* padding, std::optional<Size2D> output_padding) {
    PlannedLayer layer = convolution("Conv2DTranspose", windows, padding);
    layer.options.set("filters", integer(filters));
    if (output_padding) layer.options.set("output_padding", output_padding->config());
    layer.weights.push_back({"kernel", weights});
    add_bias(in, node, layer, filters);
    in.layers.add(std::move(layer), in.name(node));
  };
  constexpr int most_output_padding = 8;
  for (const char* padding : {"valid", "same"}) {
    if (transposes(image, windows, output_sizes, padding, std::nullopt))
      return add(padding, std::nullopt);
    for (int i = 0; i < std::min<std::int64_t>(windows.strides[0], most_output_padding); ++i)
      for (int j = 0; j < std::min<std::int64_t>(windows.strides[1], most_output_padding); ++j)
        if (transposes(image, windows, output_sizes, padding, Size2D(i, j)))
          return add(padding, Size2D(i, j));
  }
  // What "valid" gives, without the edges.
  Windows crop = windows;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t reach = (sizes[i] - 1) * windows.dilations[i] + 1;
    const std::int64_t whole = integer(image[i]) * windows.strides[i] +
                               std::max<std::int64_t>(reach - windows.strides[i], 0);
    crop.after[i] = whole - windows.before[i] - output_sizes[i];
    check<std::runtime_error>(crop.after[i] >= 0, "", "no layer has its pads and output_padding");
  }
  add("valid", std::nullopt);
  in.layers.add({"Cropping2D", Config::Object{{"cropping", edges(crop)}}});
}

void add_pooling(const Import& in, const NodeProto& node, const char* name) {
  const bool is_max = node.op_type() == "MaxPool";
  const Shape image = arranged(in);
  const Windows windows = windows_of(node, image, {});
  for (int i = 1; i < node.output_size(); ++i)
    check<std::runtime_error>(node.output(i).empty() || in.graph.users(node.output(i)).empty(), "",
                              "the places of the largest values are used");
  check<std::runtime_error>(windows.dilations == Integers(windows.rank(), 1), "",
                            "it has dilations");
  if (integer_attribute(node, "ceil_mode", 0) != 0)
    for (std::size_t i = 0; i < windows.rank(); ++i) {
      const std::int64_t padded = integer(image[i]) + windows.before[i] + windows.after[i];
      check<std::runtime_error>((padded - windows.sizes[i]) % windows.strides[i] == 0, "",
                                "it has ceil_mode, and a window reaches beyond the edge");
    }
  PlannedLayer layer{with_rank(name, windows.rank())};
  layer.options.set("pool_size", to_config(windows.sizes));
  layer.options.set("strides", to_config(windows.strides));
  const bool counts_pads = !is_max && integer_attribute(node, "count_include_pad", 0) != 0;
  std::string padding = "valid";
  if (windows.has_pads() && !counts_pads && are_same_pads(windows, image)) {
    padding = "same";
  } else if (windows.has_pads()) {
    // Zeros change no maximum of numbers that are not below them.
    check<std::runtime_error>(counts_pads || (is_max && in.layers.is_non_negative()), "",
                              "it has pads that no layer has");
    in.layers.add(
        {with_rank("ZeroPadding", windows.rank()), Config::Object{{"padding", edges(windows)}}});
  }
  layer.options.set("padding", padding);
  in.layers.add(std::move(layer), in.name(node));
}

void add_max_pool(const Import& in, const NodeProto& node) { add_pooling(in, node, "MaxPooling"); }
void add_average_pool(const Import& in, const NodeProto& node) {
  add_pooling(in, node, "AveragePooling");
}

// A mean or a maximum over all axes but the batch's and `kept`.
void add_global_pooling(const Import& in, const NodeProto& node, std::size_t kept, bool keepdims) {
  const std::size_t rank = in.layers.rank();
  check<std::runtime_error>(rank == 3 || rank == 4, "", "samples have ", rank - 1,
                            " axes, wanted sequences or images");
  const bool is_max = node.op_type() == "GlobalMaxPool" || node.op_type() == "ReduceMax";
  in.layers.arrange_last(kept);
  in.layers.add({with_rank(is_max ? "GlobalMaxPooling" : "GlobalAveragePooling", rank - 2),
                 Config::Object{{"keepdims", keepdims}}},
                in.name(node));
}

void add_global_pool(const Import& in, const NodeProto& node) {
  add_global_pooling(in, node, 1, true);
}

void add_reduction(const Import& in, const NodeProto& node) {
  std::vector<bool> is_reduced(in.layers.rank());
  for (const std::int64_t given : in.integers(node, 1, "axes")) is_reduced[in.axis(given)] = true;
  const auto kept = std::find(is_reduced.begin() + 1, is_reduced.end(), false);
  check<std::runtime_error>(!is_reduced[0] && kept != is_reduced.end() &&
                                std::count(is_reduced.begin(), is_reduced.end(), false) == 2,
                            "", "it does not keep the batch and one axis");
  add_global_pooling(in, node, static_cast<std::size_t>(kept - is_reduced.begin()),
                     integer_attribute(node, "keepdims", 1) != 0);
}

// Edges of each axis in the file's order, as layers on images have them. The last axis of the
// layers' value has none.
Config edges_in_layers(const Import& in, const Integers& before, const Integers& after,
                       std::string& rank) {
  check<std::runtime_error>(in.layers.rank() == 3 || in.layers.rank() == 4, "", "samples have ",
                            in.layers.rank() - 1, " axes, wanted sequences or images");
  const auto has_none = [&](std::size_t axis) { return before[axis] == 0 && after[axis] == 0; };
  check<std::runtime_error>(has_none(0), "", "it changes the batch");
  if (!has_none(in.layers.last_axis())) {
    std::size_t axis = 1;
    while (axis < before.size() && !has_none(axis)) ++axis;
    check<std::runtime_error>(axis < before.size(), "", "it changes all axes");
    in.layers.arrange_last(axis);
  }
  Config::List list(in.layers.rank() - 2);
  for (std::size_t axis = 1; axis < before.size(); ++axis) {
    const auto place = static_cast<std::size_t>(in.layers.place(axis));
    if (place <= list.size()) list[place - 1] = Config::List{before[axis], after[axis]};
  }
  rank = concat(list.size(), 'D');
  return list.size() == 1 ? list.front() : Config(list);
}

void add_pad(const Import& in, const NodeProto& node) {
  const std::string mode = text_attribute(node, "mode", "constant");
  check<std::runtime_error>(mode == "constant", "", "its mode is ", mode);
  const Constant* filling = in.graph.constant_input(node, 2);
  const bool has_input = node.input_size() > 2 && !node.input(2).empty();
  check<std::runtime_error>(
      float_attribute(node, "value", 0) == 0 &&
          (!has_input || (filling && filling->is_scalar() && filling->scalar() == 0)),
      "", "it adds other numbers than 0");
  check<std::runtime_error>(node.input_size() < 4 || node.input(3).empty(), "", "it has axes");
  const Integers pads = in.integers(node, 1, "pads");
  const std::size_t rank = in.layers.rank();
  check<std::runtime_error>(pads.size() == 2 * rank, "", "it has ", pads.size(), " pads");
  for (const std::int64_t pad : pads)
    check<std::runtime_error>(pad >= 0 && pad <= largest, "", "it has a pad of ", pad);
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(rank);
  std::string suffix;
  const Config edges = edges_in_layers(in, {pads.begin(), middle}, {middle, pads.end()}, suffix);
  in.layers.add({"ZeroPadding" + suffix, Config::Object{{"padding", edges}}}, in.name(node));
}

void add_slice(const Import& in, const NodeProto& node) {
  const Integers starts = in.integers(node, 1, "starts"), ends = in.integers(node, 2, "ends");
  Integers axes(starts.size());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = integer(i);
  if (const auto given = in.graph.integers(node, 3, "axes")) axes = *given;
  const auto steps = in.graph.integers(node, 4, "steps");
  check<std::runtime_error>(starts.size() == ends.size() && starts.size() == axes.size(), "",
                            "it has ", starts.size(), " starts and ", ends.size(), " ends");
  check<std::runtime_error>(!steps || *steps == Integers(steps->size(), 1), "", "it has steps");
  const Shape sample = in.layers.file_shape();
  Integers before(in.layers.rank()), after(in.layers.rank());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = in.axis(axes[i]);
    if (axis == 0) {
      check<std::runtime_error>(starts[i] == 0 && ends[i] >= INT_MAX, "", "it changes the batch");
      continue;
    }
    const std::int64_t size = integer(sample[axis - 1]);
    const auto place = [&](std::int64_t at) {
      return std::clamp<std::int64_t>(at < 0 ? std::max(at, -size) + size : at, 0, size);
    };
    before[axis] = place(starts[i]);
    after[axis] = size - place(ends[i]);
  }
  std::string suffix;
  const Config edges = edges_in_layers(in, before, after, suffix);
  in.layers.add({"Cropping" + suffix, Config::Object{{"cropping", edges}}}, in.name(node));
}

// The whole factors by which images grow along each axis of the file's value.
Integers factors(const Import& in, const NodeProto& node) {
  const Shape sample = in.layers.file_shape();
  Integers found = {1};
  const Constant* scales = in.graph.constant_input(node, node.op_type() == "Upsample" ? 1 : 2);
  const Constant* sizes = in.graph.constant_input(node, 3);
  if (scales && !scales->is_integer && scales->floats.size() == in.layers.rank()) {
    for (std::size_t i = 1; i < scales->floats.size(); ++i) {
      const float scale = scales->floats.data()[i];
      check<std::runtime_error>(
          scale >= 1 && scale <= largest && scale == static_cast<float>(static_cast<int>(scale)),
          "", "it enlarges by ", scale);
      found.push_back(static_cast<std::int64_t>(scale));
    }
    check<std::runtime_error>(scales->floats.data()[0] == 1, "", "it changes the batch");
    return found;
  }
  check<std::runtime_error>(
      sizes && sizes->is_integer && sizes->integers.size() == in.layers.rank(), "",
      "its scales are not known");
  for (std::size_t i = 1; i < sizes->integers.size(); ++i) {
    const std::int64_t size = sizes->integers[i], old = integer(sample[i - 1]);
    check<std::runtime_error>(size > 0 && size % old == 0 && size / old <= largest, "",
                              "it makes size ", size, " of ", old);
    found.push_back(size / old);
  }
  return found;
}

void add_resize(const Import& in, const NodeProto& node) {
  const std::string mode = text_attribute(node, "mode", "nearest");
  const std::string places =
      text_attribute(node, "coordinate_transformation_mode",
                     node.op_type() == "Upsample" ? "asymmetric" : "half_pixel");
  const std::string nearest = text_attribute(
      node, "nearest_mode", node.op_type() == "Upsample" ? "floor" : "round_prefer_floor");
  // Whole factors: the nearest pixel by half-pixel centers is the same as by rounding down.
  const bool is_nearest = mode == "nearest" && ((places == "asymmetric" && nearest == "floor") ||
                                                places == "half_pixel");
  const bool is_bilinear = mode == "linear" && places == "half_pixel";
  check<std::runtime_error>(is_nearest || is_bilinear, "", "its mode is ", mode, ", ", places, ", ",
                            nearest);
  const Shape image = arranged(in);
  const Integers by = factors(in, node);
  check<std::runtime_error>(by[1] == 1, "", "it changes the channels");
  PlannedLayer layer{with_rank("UpSampling", image.size() - 1)};
  const Integers size(by.begin() + 2, by.end());
  layer.options.set("size", size.size() == 1 ? Config(size.front()) : to_config(size));
  if (is_bilinear) {
    check<std::runtime_error>(image.size() == 3, "", "it is linear on sequences");
    layer.options.set("interpolation", "bilinear");
  }
  in.layers.add(std::move(layer), in.name(node));
}

constexpr ImportRow import_images_rows[] = {
    {"AveragePool", add_average_pool},
    {"Conv", add_conv},
    {"ConvTranspose", add_conv_transpose},
    {"GlobalAveragePool", add_global_pool},
    {"GlobalMaxPool", add_global_pool},
    {"MaxPool", add_max_pool},
    {"Pad", add_pad},
    {"ReduceMax", add_reduction},
    {"ReduceMean", add_reduction},
    {"Resize", add_resize},
    {"Slice", add_slice},
    {"Upsample", add_resize},
};

}  // namespace

std::span<const ImportRow> image_imports() { return import_images_rows; }

}  // namespace keratin::onnx
