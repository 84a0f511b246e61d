// ActivationFunction, and the table of those that have names.
#include "keratin/activations.hpp"
#include "keratin/check.hpp"
#include "keratin/family.hpp"

namespace keratin {

namespace activations {

namespace {

struct Named {
  Node (*function)(Node x);
  ops::Fused fused;
};

template <const auto& function>
constexpr NamedValue<Named> row(const char* name, const char* alias = "",
                                ops::Fused fused = ops::Fused::none) {
  return {name, {[](Node x) { return function(x); }, fused}, {alias}};
}

constexpr NamedValue<Named> rows[] = {
    row<linear>("linear"),
    row<relu>("relu", "", ops::Fused::relu),
    row<relu6>("relu6"),
    row<leaky_relu>("leaky_relu"),
    row<elu>("elu"),
    row<selu>("selu"),
    row<celu>("celu"),
    row<gelu>("gelu"),
    row<silu>("silu", "swish"),
    row<mish>("mish"),
    row<sigmoid>("sigmoid"),
    row<hard_sigmoid>("hard_sigmoid"),
    row<hard_silu>("hard_silu", "hard_swish"),
    row<tanh>("tanh", "", ops::Fused::tanh),
    row<hard_tanh>("hard_tanh"),
    row<softplus>("softplus"),
    row<softsign>("softsign"),
    row<exponential>("exponential"),
    row<log_sigmoid>("log_sigmoid"),
    row<hard_shrink>("hard_shrink"),
    row<soft_shrink>("soft_shrink"),
    row<tanh_shrink>("tanh_shrink"),
    row<squareplus>("squareplus"),
    row<sparse_plus>("sparse_plus"),
    row<sparse_sigmoid>("sparse_sigmoid"),
    row<softmax>("softmax"),
    row<log_softmax>("log_softmax"),
    row<sparsemax>("sparsemax"),
    row<glu>("glu"),
};
constexpr std::span<const NamedValue<Named>> table = rows;

}  // namespace

ActivationFunction get(const std::string& name) { return name; }

}  // namespace activations

ActivationFunction::ActivationFunction(const std::string& name) {
  const auto* row = find_row(activations::table, name);
  if (!row) fail_unknown("activation", activations::table, name);
  name_ = row->class_name;
  function_ = row->value.function;
  fused_ = row->value.fused;
}

ActivationFunction::ActivationFunction(Function function)
    : name_(""), function_(std::move(function)) {
  check(bool(function_), "activation", "the function is empty");
}

Tensor ActivationFunction::operator()(const Tensor& x) const {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return (*this)(tape.constant(x)).value();
}

Config ActivationFunction::config() const {
  check(!name_.empty(), "activation",
        "a function of the program's cannot be described: only names can");
  return name_;
}

ActivationFunction ActivationFunction::from_config(const Config& config) {
  if (config.is_null()) return {};
  return value_of<std::string>(config, "activation", "name");
}

}  // namespace keratin
