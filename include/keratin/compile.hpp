#pragma once
// What compile takes.

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/losses.hpp"
#include "keratin/metrics.hpp"
#include "keratin/optimizers.hpp"

namespace keratin {

/// An optimizer: a Keras string or an object, of which each compile makes a copy.
using OptimizerHandle = Handle<Optimizer>;

/// Metrics: one, or a list, of strings, metric objects (each compile makes copies), losses, and
/// functions on nodes.
class MetricChoices {
 public:
  class Choice {
   public:
    Choice(const char* name);  // throws for an unknown name, listing those there are
    Choice(const std::string& name) : Choice(name.c_str()) {}
    template <class T>
    requires std::is_base_of_v<Metric, std::remove_cvref_t<T>> Choice(T&& metric)
        : make_([original = std::remove_cvref_t<T>(std::forward<T>(metric))](const Shape&,
                                                                             const Shape&) {
            return std::make_shared<std::remove_cvref_t<T>>(original);
          }) {}
    Choice(LossHandle loss);
    template <class T>
    requires std::is_base_of_v<Loss, std::remove_cvref_t<T>> Choice(T&& loss)
        : Choice(LossHandle(std::forward<T>(loss))) {}
    template <class F>
    requires(std::is_invocable_r_v<Node, F, Node, Node> &&
             !std::is_base_of_v<Loss, std::remove_cvref_t<F>> &&
             !std::is_base_of_v<LossHandle, std::remove_cvref_t<F>> &&
             !std::is_base_of_v<Metric, std::remove_cvref_t<F>>) Choice(F function)
        : Choice(std::function<Node(Node, Node)>(std::move(function)), FromFunction()) {}

    /// The metric for targets and predictions of those shapes, batch axis included.
    std::shared_ptr<Metric> make(const Shape& y_true, const Shape& y_pred) const {
      return make_(y_true, y_pred);
    }

   private:
    struct FromFunction {};
    Choice(std::function<Node(Node, Node)> function, FromFunction);
    std::function<std::shared_ptr<Metric>(const Shape&, const Shape&)> make_;
  };

  MetricChoices() = default;
  MetricChoices(std::initializer_list<Choice> choices) : list_(choices) {}
  template <class T>
  requires std::is_constructible_v<Choice, T> MetricChoices(T&& one)
      : list_{Choice(std::forward<T>(one))} {}
  void push_back(Choice choice) { list_.push_back(std::move(choice)); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<Choice> list_;
};

struct CompileOptions {
  OptimizerHandle optimizer = "rmsprop";
  LossHandle loss = {};
  MetricChoices metrics = {};           // ignore sample and class weights
  MetricChoices weighted_metrics = {};  // use them
};

}  // namespace keratin
