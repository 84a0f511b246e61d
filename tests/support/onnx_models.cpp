#include "support/onnx_models.hpp"

#include <cmath>
#include <keratin/keratin.hpp>

namespace keratin::test {

using namespace layers;

namespace {

constexpr std::size_t rows = 5;

Tensor numbers(const Shape& shape, std::uint64_t seed, float spread) {
  random::Generator generator(seed);
  Tensor values = Tensor::zeros(shape);
  for (float& value : values.values()) value = spread * (2 * generator.uniform() - 1);
  return values;
}

// What is a variance stays positive.
void randomize(Sequential& model) {
  std::uint64_t seed = 1;
  for (Variable* variable : model.variables()) {
    if (variable->name == "count") continue;
    variable->value = numbers(variable->value.shape(), ++seed, 0.7f);
    if (variable->name == "moving_variance" || variable->name == "variance")
      for (float& value : variable->value.values()) value = 0.2f + std::abs(value);
  }
}

class Models {
 public:
  void add(const std::string& name, Sequential model, float spread = 2) {
    randomize(model);
    Tensor x = numbers(model.input_shape().with_batch(rows), 99, spread);
    models.push_back({name, std::move(model), std::move(x)});
  }
  /// A model whose inputs are ids, 0 to `count` - 1.
  void add_ids(const std::string& name, Sequential model, std::size_t count) {
    add(name, std::move(model));
    Tensor& x = models.back().x;
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i * 7 % count);
  }
  /// The last model has nodes that load_onnx() does not know.
  void not_imported() { models.back().can_be_imported = false; }

  std::vector<NamedModel> models = {};
};

void add_activations(Models& all) {
  for (const char* name :
       {"linear",         "relu",        "relu6",       "leaky_relu",  "elu",        "selu",
        "celu",           "gelu",        "silu",        "mish",        "sigmoid",    "hard_sigmoid",
        "hard_silu",      "tanh",        "hard_tanh",   "softplus",    "softsign",   "exponential",
        "log_sigmoid",    "hard_shrink", "soft_shrink", "tanh_shrink", "squareplus", "sparse_plus",
        "sparse_sigmoid", "softmax",     "log_softmax"}) {
    all.add(std::string("activation_") + name, Sequential({Input({11}), Activation(name)}), 8);
    all.add(std::string("conv_") + name,
            Sequential({Input({4, 4, 2}), Conv2D(3, 2, {.activation = name}), Conv2D(2, 1)}));
  }
  all.add("activation_sparsemax", Sequential({Input({11}), Activation("sparsemax")}));
  all.not_imported();
  all.add("relu_max", Sequential({Input({9}), ReLU({.max_value = 1.5})}));
  all.add("relu_slope", Sequential({Input({9}), ReLU({.negative_slope = 0.1})}));
  all.add(
      "relu_all",
      Sequential({Input({9}), ReLU({.max_value = 1.5, .negative_slope = 0.1, .threshold = 0.3})}));
  all.add("leaky", Sequential({Input({9}), LeakyReLU(LeakyReLUOptions{.negative_slope = 0.15})}));
  all.add("elu", Sequential({Input({9}), ELU({.alpha = 0.6})}));
  all.add("prelu", Sequential({Input({3, 3, 2}), PReLU()}));
  all.add("prelu_conv", Sequential({Input({4, 4, 2}), Conv2D(3, 2), PReLU({.shared_axes = {1, 2}}),
                                    Conv2D(2, 1)}));
  all.add("softmax_axis", Sequential({Input({3, 4}), Softmax({.axis = 1})}));
}

void add_shapes(Models& all) {
  all.add("dense", Sequential({Input({6}), Dense(4, "tanh"),
                               Dense(3, DenseOptions{.use_bias = false}), Dense(2, "softmax")}));
  all.add("dense_on_rows", Sequential({Input({3, 4}), Dense(5, "relu"), Flatten(), Dense(2)}));
  all.add("shapes",
          Sequential({Input({4, 6}), Reshape({2, 3, 4}), Permute({3, 1, 2}), Flatten(), Dense(3)}));
  all.add("one_number", Sequential({Input({}), Flatten(), Dense(3)}));
  all.add("repeat", Sequential({Input({4}), RepeatVector(3), Dense(2)}));
  all.add("rescaling",
          Sequential({Input({3, 3, 1}), Rescaling(1.0 / 255, -0.5), Conv2D(2, 2), Rescaling(3)}),
          255);
  all.add("rescaling_lists",
          Sequential({Input({3, 3, 2}), Conv2D(2, 2),
                      Rescaling(RescalingOptions{.scale = {2, -3}, .offset = {0.5, 1}}),
                      Rescaling(0.5, NumberOrList{1.5, 2}), Conv2D(2, 2)}));
  all.add("nothing", Sequential({Input({4}), Dropout(0.3), GaussianNoise(0.1), GaussianDropout(0.1),
                                 AlphaDropout(0.2)}));
  all.add("nothing_on_images",
          Sequential({Input({4, 4, 2}), RandomFlip(), RandomTranslation(0.1, 0.1),
                      RandomRotation(0.1), RandomZoom(0.1), RandomContrast(0.1), Conv2D(2, 2),
                      SpatialDropout2D(0.2), Conv2D(2, 2)}));
  all.add("nothing_on_sequences", Sequential({Input({4, 2}), SpatialDropout1D(0.2), Conv1D(2, 2)}));
  all.add_ids("embedding", Sequential({Input({4}), Embedding(9, 3), Flatten(), Dense(2)}), 9);
  all.add("nested",
          Sequential(
              {Input({6, 6, 1}),
               Sequential({Input({6, 6, 1}), Conv2D(2, 3, {.activation = "relu"}), MaxPooling2D(2)},
                          {.name = "base"}),
               Flatten(), Sequential({Dense(4, "gelu"), Dense(3)}, {.name = "head"})}));
}

void add_encodings(Models& all) {
  for (const char* mode : {"int", "one_hot", "multi_hot", "count"}) {
    all.add(std::string("bins_") + mode,
            Sequential({Input({3}), Discretization({.bin_boundaries = {-1, -0.3, 0.1, 1.25},
                                                    .output_mode = mode})}));
    all.not_imported();
    if (std::string(mode) == "int") continue;
    all.add_ids(std::string("categories_") + mode,
                Sequential({Input({3}), CategoryEncoding(5, {.output_mode = mode})}), 5);
    all.not_imported();
  }
  all.add_ids("categories_one",
              Sequential({Input({1}), CategoryEncoding(5, {.output_mode = "one_hot"})}), 5);
  all.not_imported();
}

void add_images(Models& all) {
  for (const char* padding : {"valid", "same"}) {
    const auto name = [&](const char* what) { return std::string(what) + "_" + padding; };
    all.add(name("conv2d"),
            Sequential(
                {Input({9, 8, 2}),
                 Conv2D(4, {3, 2}, {.strides = {2, 3}, .padding = padding, .activation = "relu"}),
                 Conv2D(3, 2, {.padding = padding, .use_bias = false})}));
    all.add(name("conv2d_groups"),
            Sequential({Input({7, 7, 4}),
                        Conv2D(6, 3, {.padding = padding, .dilation_rate = 2, .groups = 2})}));
    all.add(name("conv1d"),
            Sequential({Input({9, 3}), Conv1D(4, 3, {.strides = 2, .padding = padding}),
                        Conv1D(2, 2, {.padding = padding, .activation = "gelu"})}));
    all.add(name("depthwise"),
            Sequential({Input({7, 6, 3}), DepthwiseConv2D(3, {.strides = 2,
                                                              .padding = padding,
                                                              .depth_multiplier = 2,
                                                              .activation = "relu"})}));
    all.add(
        name("separable"),
        Sequential({Input({7, 6, 3}),
                    SeparableConv2D(
                        4, 3, {.padding = padding, .depth_multiplier = 2, .activation = "tanh"})}));
    all.add(name("transpose"),
            Sequential(
                {Input({4, 5, 3}),
                 Conv2DTranspose(2, 3, {.strides = 2, .padding = padding, .activation = "relu"})}));
    all.add(
        name("transpose_small"),
        Sequential({Input({4, 5, 3}), Conv2DTranspose(2, 1, {.strides = 2, .padding = padding})}));
    all.add(
        name("transpose_output"),
        Sequential({Input({4, 5, 3}),
                    Conv2DTranspose(
                        2, 3, {.strides = 3, .padding = padding, .output_padding = Size2D(1)})}));
    all.add(name("transpose_dilated"),
            Sequential({Input({4, 5, 3}),
                        Conv2DTranspose(2, 3, {.padding = padding, .dilation_rate = 2})}));
    all.add(name("pool2d"), Sequential({Input({9, 8, 2}), MaxPooling2D(2, {.padding = padding}),
                                        AveragePooling2D(3, {.strides = 2, .padding = padding})}));
    all.add(name("pool1d"),
            Sequential({Input({9, 2}), MaxPooling1D(3, {.strides = 2, .padding = padding}),
                        AveragePooling1D(2, {.padding = padding})}));
  }
  all.add("causal",
          Sequential({Input({9, 3}), Conv1D(4, 3, {.padding = "causal", .dilation_rate = 2})}));
  all.add("global2d",
          Sequential({Input({4, 5, 3}), Conv2D(4, 2), GlobalAveragePooling2D(), Dense(2)}));
  all.add("global2d_max",
          Sequential({Input({4, 5, 3}), GlobalMaxPooling2D({.keepdims = true}), Conv2D(2, 1)}));
  all.add("global1d", Sequential({Input({4, 3}), GlobalMaxPooling1D()}));
  all.add("global1d_average",
          Sequential({Input({4, 3}), GlobalAveragePooling1D({.keepdims = true})}));
  all.add("edges2d", Sequential({Input({5, 4, 2}), ZeroPadding2D({{1, 2}, {0, 3}}), Conv2D(2, 2),
                                 Cropping2D({{1, 0}, {2, 1}}), ZeroPadding2D(1), Cropping2D(1),
                                 Conv2D(3, 2)}));
  all.add("edges1d",
          Sequential({Input({5, 2}), ZeroPadding1D({1, 2}), Conv1D(2, 2), Cropping1D({1, 2})}));
  all.add("up_sampling", Sequential({Input({3, 2, 2}), UpSampling2D({2, 3}), Conv2D(2, 2),
                                     UpSampling2D(2, {.interpolation = "bilinear"})}));
  all.add("up_sampling1d", Sequential({Input({3, 2}), UpSampling1D(3)}));
  all.add("lenet",
          Sequential({Input({12, 12}), Reshape({12, 12, 1}), Rescaling(1.0 / 255),
                      Conv2D(4, 3, {.strides = 2, .activation = "relu"}), BatchNormalization(),
                      AveragePooling2D(2), Flatten(), Dropout(0.2), Dense(8, "gelu"),
                      Dense(3, "softmax")}),
          255);
}

void add_normalizations(Models& all) {
  all.add("batch_norm", Sequential({Input({4}), BatchNormalization(), Dense(3),
                                    BatchNormalization({.center = false, .scale = false})}));
  all.add("batch_norm_images",
          Sequential({Input({4, 4, 2}), Conv2D(3, 2), BatchNormalization({.epsilon = 1e-5}), ReLU(),
                      Conv2D(2, 2)}));
  all.add("batch_norm_first", Sequential({Input({3, 4, 2}), BatchNormalization({.axis = 1})}));
  all.add("batch_norm_middle", Sequential({Input({3, 4, 2}), BatchNormalization({.axis = 2})}));
  all.add("layer_norm", Sequential({Input({3, 5}), LayerNormalization(), Dense(4),
                                    LayerNormalization({.axis = {1, 2}, .center = false})}));
  all.add("layer_norm_first", Sequential({Input({3, 5}), LayerNormalization({.axis = 1})}));
  all.add("group_norm",
          Sequential({Input({3, 4, 6}), GroupNormalization(3), GroupNormalization(-1)}));
  all.add("group_norm_first",
          Sequential({Input({4, 3}), GroupNormalization({.groups = 2, .axis = 1})}));
  all.add("rms_norm",
          Sequential({Input({3, 5}), RMSNormalization(), RMSNormalization({.axis = {1, 2}})}));
  all.add("unit_norm",
          Sequential({Input({3, 5}), UnitNormalization(), UnitNormalization({.axis = {1, 2}})}));
  all.add("normalization", Sequential({Input({3, 4}), Normalization(), Dense(2)}));
  all.add("normalization_given",
          Sequential(
              {Input({3, 4}), Normalization({.axis = Axes(), .mean = {0.5}, .variance = {4}}),
               Normalization({.mean = {1, 2, 3, 4}, .variance = {1, 4, 9, 2}, .invert = true})}));
}

}  // namespace

std::vector<NamedModel> onnx_models() {
  Models all;
  add_activations(all);
  add_shapes(all);
  add_encodings(all);
  add_images(all);
  add_normalizations(all);
  return std::move(all.models);
}

}  // namespace keratin::test
