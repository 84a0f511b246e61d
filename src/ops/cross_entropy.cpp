// Cross-entropies from logits. The maximum of each row is subtracted first, so that large logits
// neither overflow nor lose digits. The gradients are closed forms, as those of TensorFlow's
// *_cross_entropy_with_logits.

#include <algorithm>
#include <cmath>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/simd.hpp"
#include "ops/map.hpp"

namespace keratin::ops {

namespace {

// softmax(logits) as a constant: gradients flow through the closed form of the loss instead.
Node softmax_of(Node logits) {
  const std::size_t classes = logits.shape().back();
  return logits.tape().make_for_rows_of(logits, logits.shape(), [&](Tensor& p) {
    kernels::simd().softmax(logits.value().data(), p.data(),
                            p.size() / std::max<std::size_t>(1, classes), classes);
  });
}

// log_softmax of one row. The sum of e^(logit - largest logit) is 1 / the largest probability.
class LogProbabilities {
 public:
  LogProbabilities(const float* logits, const float* p, std::size_t classes) : logits_(logits) {
    const float* top = std::max_element(logits, logits + classes);
    top_ = *top;
    log_sum_ = -std::log(p[top - logits]);
  }
  float operator[](std::size_t j) const { return (logits_[j] - top_) - log_sum_; }

 private:
  const float* logits_;
  float top_, log_sum_;
};

std::size_t class_of(float label, std::size_t classes, std::size_t row) {
  check(label >= 0 && label < static_cast<float>(classes), "sparse_softmax_cross_entropy", "label ",
        label, " in row ", row, " is not one of the classes 0 to ", classes - 1);
  return static_cast<std::size_t>(label);
}

}  // namespace

Node softmax_cross_entropy(Node targets, Node logits, std::optional<Node> probabilities) {
  check(targets.shape() == logits.shape() && !logits.shape().empty(), "softmax_cross_entropy",
        "targets have shape ", targets.shape(), ", logits ", logits.shape());
  const std::size_t classes = logits.shape().back();
  const Node p = probabilities ? *probabilities : softmax_of(logits);
  Shape shape = logits.shape();
  shape.pop_back();
  static constexpr Op op{"softmax_cross_entropy"};
  return record(
      op, {logits, targets}, shape,
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i) {
          const LogProbabilities log_p(logits.value().data() + i * classes,
                                       p.value().data() + i * classes, classes);
          const float* t = targets.value().data() + i * classes;
          float total = 0;
          for (std::size_t j = 0; j < classes; ++j)
            total -= t[j] == 0 ? 0 : t[j] * log_p[j];  // 0 times -inf counts as 0
          y.data()[i] = total;
        }
      },
      [targets, logits, p, classes](const Tensor& y, const Tensor& dy) {
        accumulate_sum(logits, [&](Tensor& dx) {
          const float *from = p.value().data(), *t = targets.value().data();
          float* to = dx.data();
          for (std::size_t i = 0; i < y.size(); ++i, from += classes, t += classes, to += classes)
            for (std::size_t c = 0; c < classes; ++c) to[c] += dy.data()[i] * (from[c] - t[c]);
        });
        accumulate_sum(targets, [&](Tensor& dt) {
          for (std::size_t i = 0; i < y.size(); ++i) {
            const LogProbabilities log_p(logits.value().data() + i * classes,
                                         p.value().data() + i * classes, classes);
            float* to = dt.data() + i * classes;
            for (std::size_t c = 0; c < classes; ++c) to[c] -= dy.data()[i] * log_p[c];
          }
        });
      });
}

Node sparse_softmax_cross_entropy(Node labels, Node logits, std::optional<Node> probabilities) {
  check(!logits.shape().empty(), "sparse_softmax_cross_entropy", "logits are a scalar");
  const std::size_t classes = logits.shape().back();
  Shape shape = logits.shape();
  shape.pop_back();
  check(labels.shape() == shape, "sparse_softmax_cross_entropy", "labels have shape ",
        labels.shape(), ", wanted ", shape, " for logits ", logits.shape());
  const Node p = probabilities ? *probabilities : softmax_of(logits);
  static constexpr Op op{"sparse_softmax_cross_entropy"};
  return record(
      op, {logits, labels}, shape,
      [&](Tensor& y) {
        const float *all_p = p.value().data(), *ids = labels.value().data();
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = all_p[i * classes + class_of(ids[i], classes, i)];
        kernels::simd().map[kernels::IndexOf<kernels::functions::Log, kernels::Unary>::value](
            y.data(), y.data(), y.size(), 0, 0);
        constexpr float near_underflow =
            -60;  // log of probabilities that have lost digits or are 0
        for (std::size_t i = 0; i < y.size(); ++i) {
          if (!(y.data()[i] > near_underflow))
            y.data()[i] = LogProbabilities(logits.value().data() + i * classes, all_p + i * classes,
                                           classes)[class_of(ids[i], classes, i)];
          y.data()[i] = -y.data()[i];
        }
      },
      [labels, logits, p, classes](const Tensor& y, const Tensor& dy) {
        accumulate_sum(logits, [&](Tensor& dx) {
          const float *from = p.value().data(), *ids = labels.value().data();
          float* to = dx.data();
          for (std::size_t i = 0; i < y.size(); ++i, from += classes, to += classes) {
            const float scale = dy.data()[i];
            for (std::size_t c = 0; c < classes; ++c) to[c] += scale * from[c];
            to[static_cast<std::size_t>(ids[i])] -= scale;
          }
        });
      });
}

Node sigmoid_cross_entropy(Node targets, Node logits) {
  check(targets.shape() == logits.shape(), "sigmoid_cross_entropy", "targets have shape ",
        targets.shape(), ", logits ", logits.shape());
  // max(z, 0) - z t + log(1 + e^-|z|)
  static constexpr Op op{"sigmoid_cross_entropy"};
  return record(
      op, {logits, targets}, logits.shape(),
      [&](Tensor& y) {
        const float *z = logits.value().data(), *t = targets.value().data();
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = (z[i] < 0 ? 0 : z[i]) - z[i] * t[i] + std::log1p(std::exp(-std::abs(z[i])));
      },
      [targets, logits](const Tensor&, const Tensor& dy) {
        const float *z = logits.value().data(), *t = targets.value().data();
        accumulate_each(logits, [&](std::size_t i) {
          const float e = std::exp(-std::abs(z[i]));
          const float p = (z[i] < 0 ? e : 1) / (1 + e);
          return dy.data()[i] * (p - t[i]);
        });
        accumulate_each(targets, [&](std::size_t i) { return -dy.data()[i] * z[i]; });
      });
}

}  // namespace keratin::ops
