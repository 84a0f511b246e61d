#pragma once
// Tensor: an owned array of float32 values in row-major order. A copy has values of its own.

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <vector>

#include "keratin/shape.hpp"

namespace KERATIN_API keratin {

/// A number or a list of lists or numbers: what a Tensor literal of any rank consists of. Ragged
/// lists throw.
class Nested {
 public:
  template <class T>
  requires std::integral<T> || std::floating_point<T> Nested(T value)
      : values_{static_cast<float>(value)} {}
  Nested(std::initializer_list<Nested> items);

 private:
  friend class Tensor;
  Shape shape_;
  std::vector<float> values_;
};

/// An owned array of float32 values in row-major order, whose first axis usually counts the
/// samples. A copy has values of its own.
class Tensor {
 public:
  Tensor() = default;                            // undefined: see defined()
  Tensor(float value);                           // rank 0
  Tensor(std::initializer_list<Nested> values);  // {1, 0} has shape (2,), {{0}, {1}} has (2, 1)

  static Tensor zeros(const Shape& shape);
  static Tensor ones(const Shape& shape);
  static Tensor full(const Shape& shape, float value);
  /// Throws unless there are as many values as the shape has elements.
  static Tensor from(const Shape& shape, std::span<const float> values);
  static Tensor from(const Shape& shape, const std::vector<float>& values);
  static Tensor uninitialized(const Shape& shape);

  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&& other) noexcept;
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor() = default;

  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  std::size_t rank() const { return shape_.size(); }
  std::size_t size() const { return size_; }
  /// False for a default-constructed or moved-from tensor, which stands for "not given" wherever a
  /// tensor is optional and has shape (0,). True for every other tensor, also one without elements.
  bool defined() const { return defined_; }
  bool empty() const { return size_ == 0; }  // no elements; an undefined tensor is empty
  float item() const;                        // the only value; throws when there is not exactly one

  float* data() & { return data_.get(); }
  const float* data() const& { return data_.get(); }
  void data() const&& = delete;  // would point into a temporary: name the tensor first
  std::span<float> values() & { return {data_.get(), size_}; }
  std::span<const float> values() const& { return {data_.get(), size_}; }
  /// A copy, so that `for (float v : model.predict(x).values())` outlives the temporary tensor.
  std::vector<float> values() const&&;

  /// The same values under another shape of as many elements.
  Tensor reshaped(const Shape& shape) const;
  /// Takes a new shape and leaves the values unspecified. Allocates only when the present memory is
  /// too small.
  void resize(const Shape& shape);
  /// Makes the tensor undefined and keeps its memory for the next resize().
  void clear();
  void fill(float value);

  /// Same shape and equal values (NaN equals nothing).
  friend bool operator==(const Tensor& a, const Tensor& b) { return a.equals(b); }

 private:
  friend class GradientTape;

  bool equals(const Tensor& other) const;

  /// Becomes a view of other's values under another shape; its copies own their values again.
  void borrow(const Tensor& other, const Shape& shape);

  struct Free {
    Free() : borrowed(false) {}
    explicit Free(bool is_borrowed) : borrowed(is_borrowed) {}
    void operator()(float* data) const;
    bool borrowed;
  };
  std::unique_ptr<float[], Free> data_;  // 64-byte aligned
  std::size_t size_ = 0, capacity_ = 0;
  Shape shape_ = {0};
  bool defined_ = false;
};

/// In NumPy's layout: numbers of at most six digits, tensors of more than 1000 elements shortened.
std::string to_string(const Tensor& tensor);
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace keratin
