#pragma once
// Initializer: gives a weight its first value. InitializerHandle: what options hold one in.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "keratin/family.hpp"
#include "keratin/random.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

/// Gives weights their first values. Derive from Configured<Initializer, Options> for one of your
/// own, or use a function.
class Initializer {
 public:
  using Family = Initializer;
  class FromFunction;
  class FromValues;

  static const ClassTable<Initializer>& table();

  virtual ~Initializer() = default;

  /// A new tensor of that shape. With a seed every call returns the same values; without one every
  /// call draws from a random stream of its own. (In Keras an object without a seed repeats itself
  /// too.) Throws std::invalid_argument for a shape that the initializer cannot fill.
  Tensor operator()(const Shape& shape) const;

  /// Sets every element of `weights`, which are zeros of the wanted shape before. Random numbers
  /// come from `generator`.
  virtual void fill(Tensor& weights, random::Generator& generator) const = 0;

  /// The options by name. Throws std::invalid_argument for a class that does not list them, that
  /// is, one that does not derive from Configured.
  virtual Config get_config() const;

 protected:
  /// The seed that operator() uses, if there is one.
  virtual std::optional<std::uint64_t> seed() const { return {}; }
};

/// A function of the program's own. It cannot be described by a Config.
class Initializer::FromFunction : public Initializer {
 public:
  using Fill = std::function<void(Tensor& weights, random::Generator& generator)>;

  explicit FromFunction(Fill fill, std::optional<std::uint64_t> seed = {});

  void fill(Tensor& weights, random::Generator& generator) const override;

 protected:
  std::optional<std::uint64_t> seed() const override { return seed_; }

 private:
  Fill fill_;
  std::optional<std::uint64_t> seed_;
};

/// Given values: any other shape than theirs throws. It cannot be described by a Config.
class Initializer::FromValues : public Initializer {
 public:
  explicit FromValues(Tensor values) : values_(std::move(values)) {}

  void fill(Tensor& weights, random::Generator& generator) const override;

 private:
  Tensor values_;
};

/// An initializer as options hold it: given by name ("glorot_uniform", "GlorotUniform"), as an
/// object, a shared_ptr, a function `void(Tensor&, random::Generator&)`, or a Tensor of values.
class InitializerHandle : public Handle<Initializer> {
 public:
  using Handle::Handle;
  InitializerHandle() = default;
  InitializerHandle(Handle<Initializer> handle) : Handle(std::move(handle)) {}
  InitializerHandle(Tensor values) : Handle(Initializer::FromValues(std::move(values))) {}

  /// What the initializer returns for that shape. Throws std::invalid_argument where there is none.
  Tensor operator()(const Shape& shape) const;

  static InitializerHandle from_config(const Config& config) { return Handle::from_config(config); }
};

namespace initializers {

/// Base of random initializers: their options have a seed.
template <class Options>
class Seeded : public Configured<Initializer, Options> {
 public:
  using Configured<Initializer, Options>::Configured;

 protected:
  std::optional<std::uint64_t> seed() const override { return this->options().seed; }
};

/// By Keras's class name or string. Throws std::invalid_argument for an unknown name, listing those
/// that there are.
InitializerHandle get(const std::string& name);

}  // namespace initializers
}  // namespace keratin
