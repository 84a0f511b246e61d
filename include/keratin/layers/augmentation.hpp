#pragma once
// Layers that change pictures (batch, height, width, channels) at random while training, each
// picture of a batch in its own way.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

/// A range to draw from: `0.1` stands for -0.1 to 0.1, `{-0.2, 0.3}` for itself.
class Factor {
 public:
  Factor() = default;
  template <class T>
  requires std::integral<T> || std::floating_point<T> Factor(T size)
      : lower_(size < 0 ? size : -size), upper_(-lower_), is_number_(true) {}
  Factor(double lower, double upper)
      : lower_(lower < upper ? lower : upper), upper_(lower < upper ? upper : lower) {}
  double lower() const { return lower_; }
  double upper() const { return upper_; }

  /// A number, or a list of two.
  Config config() const;
  static Factor from_config(const Config& config);

 private:
  double lower_ = 0, upper_ = 0;
  bool is_number_ = true;
};

/// What layers that move the points of pictures share.
class PictureLayer : public Layer {
 public:
  static constexpr bool takes_options = true;
  using Layer::Layer;
  Shape build(const Shape& input) override;

 protected:
  virtual std::optional<std::uint64_t> seed() const = 0;
  random::SeedGenerator& random() { return *random_; }

 private:
  random::SeedGenerator* random_ = nullptr;
};

struct RandomFlipOptions {
  std::string mode = "horizontal_and_vertical";
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RandomFlipOptions& o) {
  v("mode", o.mode);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Flips each picture with probability 1/2: left and right for "horizontal", up and down for
/// "vertical", and both at once for "horizontal_and_vertical", as Keras does.
class RandomFlip : public Configured<PictureLayer, RandomFlipOptions> {
 public:
  explicit RandomFlip(RandomFlipOptions options = {});
  explicit RandomFlip(std::string mode) : RandomFlip(RandomFlipOptions{.mode = std::move(mode)}) {}
  explicit RandomFlip(const char* mode) : RandomFlip(std::string(mode)) {}
  Node call(Node x, bool training) override;

 protected:
  std::optional<std::uint64_t> seed() const override { return options().seed; }
};

struct RandomTranslationOptions {
  Factor height_factor = {};  // required
  Factor width_factor = {};   // required
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";  // or "nearest"
  std::optional<std::uint64_t> seed = {};
  double fill_value = 0;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RandomTranslationOptions& o) {
  v("height_factor", o.height_factor);
  v("width_factor", o.width_factor);
  v("fill_mode", o.fill_mode);
  v("interpolation", o.interpolation);
  v("seed", o.seed);
  v("fill_value", o.fill_value);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Moves each picture down and to the right by a part of its height and of its width, drawn from
/// the factors. Points that come from outside are filled as fill_mode says: "reflect", "wrap",
/// "nearest", or "constant" with fill_value.
class RandomTranslation : public Configured<PictureLayer, RandomTranslationOptions> {
 public:
  explicit RandomTranslation(RandomTranslationOptions options);
  explicit RandomTranslation(Factor height_factor, Factor width_factor,
                             RandomTranslationOptions options = {});
  Node call(Node x, bool training) override;

 protected:
  std::optional<std::uint64_t> seed() const override { return options().seed; }
};

struct RandomRotationOptions {
  Factor factor = {};  // required
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";  // or "nearest"
  std::optional<std::uint64_t> seed = {};
  double fill_value = 0;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RandomRotationOptions& o) {
  v("factor", o.factor);
  v("fill_mode", o.fill_mode);
  v("interpolation", o.interpolation);
  v("seed", o.seed);
  v("fill_value", o.fill_value);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Turns each picture about its middle by a part of a full turn, drawn from the factor; positive
/// is counter-clockwise.
class RandomRotation : public Configured<PictureLayer, RandomRotationOptions> {
 public:
  explicit RandomRotation(RandomRotationOptions options);
  explicit RandomRotation(Factor factor, RandomRotationOptions options = {});
  Node call(Node x, bool training) override;

 protected:
  std::optional<std::uint64_t> seed() const override { return options().seed; }
};

struct RandomZoomOptions {
  Factor height_factor = {};  // required
  std::optional<Factor> width_factor = {};
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";  // or "nearest"
  std::optional<std::uint64_t> seed = {};
  double fill_value = 0;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RandomZoomOptions& o) {
  v("height_factor", o.height_factor);
  v("width_factor", o.width_factor);
  v("fill_mode", o.fill_mode);
  v("interpolation", o.interpolation);
  v("seed", o.seed);
  v("fill_value", o.fill_value);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Zooms each picture about its middle: out by a positive part, in by a negative one, drawn from
/// the factors. Without a width factor the width is zoomed as the height.
class RandomZoom : public Configured<PictureLayer, RandomZoomOptions> {
 public:
  explicit RandomZoom(RandomZoomOptions options);
  explicit RandomZoom(Factor height_factor, RandomZoomOptions options = {});
  explicit RandomZoom(Factor height_factor, Factor width_factor, RandomZoomOptions options = {});
  Node call(Node x, bool training) override;

 protected:
  std::optional<std::uint64_t> seed() const override { return options().seed; }
};

struct RandomContrastOptions {
  Factor factor = {};  // required
  std::vector<double> value_range = {0, 255};
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RandomContrastOptions& o) {
  v("factor", o.factor);
  v("value_range", o.value_range);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Multiplies what the values of a channel lie off their mean by a number drawn for each picture
/// from [1 - lower, 1 + upper], and clips to the value range. As in Keras, one number f stands for
/// lower 0 and upper f.
class RandomContrast : public Configured<PictureLayer, RandomContrastOptions> {
 public:
  explicit RandomContrast(RandomContrastOptions options);
  explicit RandomContrast(Factor factor, RandomContrastOptions options = {});
  Node call(Node x, bool training) override;

 protected:
  std::optional<std::uint64_t> seed() const override { return options().seed; }
};

}  // namespace layers
}  // namespace keratin
