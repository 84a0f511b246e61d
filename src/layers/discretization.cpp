#include "keratin/layers/discretization.hpp"

#include <algorithm>
#include <cmath>

#include "layers/encoding.hpp"

namespace keratin::layers {

namespace {

// Keras's summary of numbers: some of them in order, and how many each stands for.
struct Summary {
  std::vector<double> values, weights;

  // Interpolates to about 1 / epsilon values.
  Summary compressed(double epsilon) const {
    if (static_cast<double>(values.size()) * epsilon < 1) return *this;
    std::vector<double> below(weights.size()), share(weights.size());
    double total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) below[i] = total += weights[i];
    for (std::size_t i = 0; i < weights.size(); ++i) share[i] = below[i] / total;
    Summary summary;
    double before = 0;
    const auto count = static_cast<std::size_t>(std::ceil(1 / epsilon));
    for (std::size_t k = 0; k < count; ++k) {
      const double percent = epsilon + static_cast<double>(k) * epsilon;
      const double weight = interpolated(percent, share, below);
      summary.values.push_back(static_cast<float>(interpolated(percent, share, values)));
      summary.weights.push_back(static_cast<float>(weight - before));
      before = weight;
    }
    return summary;
  }

 private:
  // y at x of the line through the points (at[i], y[i]), constant outside of them.
  static double interpolated(double x, const std::vector<double>& at,
                             const std::vector<double>& y) {
    if (x <= at.front()) return y.front();
    if (x >= at.back()) return y.back();
    const auto i =
        static_cast<std::size_t>(std::upper_bound(at.begin(), at.end(), x) - at.begin()) - 1;
    return y[i] + (x - at[i]) * (y[i + 1] - y[i]) / (at[i + 1] - at[i]);
  }
};

}  // namespace

Discretization::Discretization(DiscretizationOptions options)
    : Configured(std::move(options)), boundaries_(this->options().bin_boundaries) {
  check(!boundaries_.empty() || this->options().num_bins.value_or(0) > 0, "discretization",
        "got neither bin_boundaries nor num_bins, wanted one of them");
  check(std::is_sorted(boundaries_.begin(), boundaries_.end()), "discretization",
        "bin_boundaries are not in ascending order");
  check_output_mode(this->options().output_mode, "discretization");
}

void Discretization::adapt(const ArrayView& x) {
  check(options().num_bins.value_or(0) > 0, "discretization",
        "adapt() was called, but bin_boundaries were given instead of num_bins");
  std::vector<double> sorted;
  const std::size_t size = x.shape().without_batch().elements();
  for (std::size_t row = 0; row < x.rows(); ++row)
    for (std::size_t i = 0; i < size; ++i) sorted.push_back(static_cast<float>(x.at(row, i)));
  check(!sorted.empty(), "discretization", "adapt() got no values");
  std::sort(sorted.begin(), sorted.end());
  const double epsilon = options().epsilon;
  const double step = std::max(static_cast<double>(sorted.size()) * epsilon, 1.0);
  Summary summary;
  for (auto i = static_cast<std::size_t>(step - 1); i < sorted.size();
       i += static_cast<std::size_t>(step)) {
    summary.values.push_back(sorted[i]);
    summary.weights.push_back(static_cast<float>(step));
  }
  boundaries_ = summary.compressed(epsilon).compressed(1.0 / *options().num_bins).values;
  boundaries_.pop_back();
}

Config Discretization::get_config() const {
  Config config = Configured::get_config();
  if (boundaries_.empty()) return config;
  config.set("bin_boundaries", to_config(boundaries_));
  config.set("num_bins", {});  // Keras refuses both
  return config;
}

int Discretization::depth() const {
  return boundaries_.empty() ? *options().num_bins : static_cast<int>(boundaries_.size()) + 1;
}

Shape Discretization::compute_output_shape(const Shape& input) const {
  return encoded_shape(input, options().output_mode, depth(), "discretization");
}

Node Discretization::call(Node x, bool) {
  check(!boundaries_.empty(), "discretization", "has no boundaries yet: call adapt() first");
  const Node bins = x.tape().make_for_rows_of(x, x.shape(), [&](Tensor& bin) {
    for (std::size_t i = 0; i < bin.size(); ++i) {
      const double value = x.value().data()[i];
      bin.data()[i] = static_cast<float>(
          std::upper_bound(boundaries_.begin(), boundaries_.end(), value) - boundaries_.begin());
    }
  });
  return encoded(bins, options().output_mode, depth());
}

}  // namespace keratin::layers
