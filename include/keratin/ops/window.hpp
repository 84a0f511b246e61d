#pragma once
// The windows that convolutions and pooling slide over images.

#include <array>
#include <cstddef>
#include <string>

#include "keratin/config.hpp"
#include "keratin/fields.hpp"
#include "keratin/shape.hpp"

namespace KERATIN_API keratin {

/// A size for each of `rank` spatial axes: one number for all of them, or a list, height first.
template <std::size_t rank>
class Sizes {
 public:
  Sizes(int all) { values_.fill(all); }
  Sizes(int height, int width) requires(rank == 2) : values_{height, width} {}

  int operator[](std::size_t axis) const { return values_[axis]; }
  /// Throws "[where] what is ..." unless all sizes are at least `least`.
  void check_at_least(int least, const char* where, const char* what) const {
    for (const int value : values_)
      check(value >= least, where, what, " is ", value, ", wanted ", least, " or more");
  }

  /// A list of `rank` integers, as Keras writes it.
  Config config() const {
    Config::List list;
    for (const int value : values_) list.push_back(value);
    return list;
  }
  /// From what config() gives, or from one integer.
  static Sizes from_config(const Config& config) {
    constexpr const char* what = "a size of the window";
    if (!config.get_if<Config::List>()) return value_of<int>(config, "window", what);
    const auto list = value_of<std::vector<int>>(config, "window", what);
    check(list.size() == rank, "window", "got ", list.size(), " sizes, wanted ", rank);
    Sizes sizes(list[0]);
    for (std::size_t axis = 0; axis < rank; ++axis) sizes.values_[axis] = list[axis];
    return sizes;
  }

  friend bool operator==(const Sizes&, const Sizes&) = default;

 private:
  std::array<int, rank> values_;
};

using Size1D = Sizes<1>;
using Size2D = Sizes<2>;

/// What windows that reach beyond the edge of an image see there. In every case a convolution sees
/// zeros, and pooling leaves such places out.
///
///   valid   there are no such windows
///   same    ceil(size / stride) windows, which reach equally far beyond both edges, or one place
///           farther at the end, as in TensorFlow
///   causal  the same number, but all that is beyond is before the start: an output does not depend
///           on later inputs. For convolutions along one axis only.
class Padding {
 public:
  enum Kind : unsigned char { valid, same, causal };

  Padding(Kind kind = valid) : kind_(kind) {}
  /// Throws std::invalid_argument for an unknown name, listing those there are.
  Padding(const char* name) : Padding(std::string(name)) {}
  Padding(const std::string& name);

  operator Kind() const { return kind_; }

  Config config() const;
  static Padding from_config(const Config& config);

 private:
  Kind kind_;
};

/// Places before and after along an axis, or at the edges of an image.
template <std::size_t rank>
class Edges;

template <>
class Edges<1> {
 public:
  Edges(int both) : Edges(both, both) {}
  Edges(int before, int after) : before_(before), after_(after) {}
  int before() const { return before_; }
  int after() const { return after_; }

  /// [before, after], as Keras writes it.
  Config config() const;
  /// From what config() gives, or from one integer.
  static Edges from_config(const Config& config);

 private:
  int before_, after_;
};

template <>
class Edges<2> {
 public:
  Edges(int all) : Edges(all, all) {}
  Edges(Edges<1> vertical, Edges<1> horizontal) : axes_{vertical, horizontal} {}
  const Edges<1>& operator[](std::size_t axis) const { return axes_[axis]; }

  /// [[top, bottom], [left, right]], as Keras writes it.
  Config config() const;
  /// From what config() gives, from [height, width], or from one integer.
  static Edges from_config(const Config& config);

 private:
  std::array<Edges<1>, 2> axes_;
};

namespace ops {

/// How windows lie on an image. Strides are from one window to the next, dilation is the distance
/// of the places that a window sees.
struct WindowOptions {
  Size2D strides = 1;
  Padding padding = Padding::valid;
  Size2D dilation_rate = 1;
};

/// The shape of an image (height, width, channels), or of a sequence (steps, channels), after
/// windows of that size: with the sizes of the grid of windows instead of its own. Throws
/// std::invalid_argument if no window fits.
Shape window_output_shape(const Shape& image, Size2D window, const WindowOptions& options = {});

}  // namespace ops

}  // namespace keratin
