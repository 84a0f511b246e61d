#include "losses_gallery.hpp"

#include <algorithm>
#include <cmath>
#include <keratin/losses.hpp>
#include <keratin/ops.hpp>

using namespace keratin;
using namespace keratin::losses;
using plot::Curve;

namespace {

constexpr int points = 160;

/// y_true, the same for each point.
Node truth(Node x, const Tensor& row) {
  return ops::broadcast_to(x.tape().hold(row.reshaped({1, row.size()})),
                           {x.shape()[0], row.size()});
}
Node constant(Node x, float value) { return ops::multiply(x, 0) + value; }
Node columns(auto... parts) { return ops::concatenate({parts...}); }
/// The first class has probability p, the other two share the rest.
Node three_classes(Node p) { return columns(p, (1 - p) / 2, (1 - p) / 2); }
Node region(Node x) { return columns(x, constant(x, 0.8f), constant(x, 0.2f)); }

Family regression() {
  return {"Regression",
          {{.name = "MeanSquaredError",
            .function = "mean_squared_error",
            .sentence =
                "The mean of the squared errors: one large error weighs more than many small ones.",
            .formulas = {R"(\frac{1}{n} ∑_i (y_i − ŷ_i)^2)"},
            .loss = [](Node x) { return mean_squared_error(truth(x, {0}), x); }},
           {.name = "MeanAbsoluteError",
            .function = "mean_absolute_error",
            .sentence = "The mean size of the errors. The gradient is as large for a small error "
                        "as for a large one, and 0 where there is none.",
            .formulas = {R"(\frac{1}{n} ∑_i |y_i − ŷ_i|)"},
            .loss = [](Node x) { return mean_absolute_error(truth(x, {0}), x); },
            .jumps = {0}},
           {.name = "MeanAbsolutePercentageError",
            .function = "mean_absolute_percentage_error",
            .sentence = "The mean size of the errors in percent of the true value, which counts as "
                        "1e-7 at least.",
            .formulas = {R"(\frac{100}{n} ∑_i \frac{|y_i − ŷ_i|}{max(|y_i|, ε)})"},
            .setting = "y_true = 2",
            .from = -1,
            .to = 5,
            .loss = [](Node x) { return mean_absolute_percentage_error(truth(x, {2}), x); },
            .jumps = {2}},
           {.name = "MeanSquaredLogarithmicError",
            .function = "mean_squared_logarithmic_error",
            .sentence = "The mean squared error of the logarithms: ratios count, not differences. "
                        "Predictions below 0 count as 0, so there the gradient is lost.",
            .formulas = {R"(\frac{1}{n} ∑_i (ln(max(ŷ_i, ε) + 1) − ln(max(y_i, ε) + 1))^2)"},
            .setting = "y_true = 1",
            .from = -1,
            .to = 5,
            .loss = [](Node x) { return mean_squared_logarithmic_error(truth(x, {1}), x); },
            .jumps = {0}},
           {.name = "Huber",
            .function = "huber",
            .sentence = "Squared for small errors, absolute for those beyond δ: smooth at 0, and "
                        "outliers pull no harder than δ.",
            .formulas = {R"(\frac{1}{n} ∑_i h(ŷ_i − y_i))",
                         R"(h(e) = \frac{1}{2} e^2 "if" |e| ≤ δ, "else" δ |e| − \frac{1}{2} δ^2)"},
            .setting = "y_true = 0, delta = 1",
            .loss = [](Node x) { return huber(truth(x, {0}), x); }},
           {.name = "LogCosh",
            .function = "log_cosh",
            .sentence = "Like half the square for small errors, like the absolute error less ln 2 "
                        "for large ones, and smooth all the way.",
            .formulas = {R"(\frac{1}{n} ∑_i ln(cosh(ŷ_i − y_i)))"},
            .loss = [](Node x) { return log_cosh(truth(x, {0}), x); }},
           {.name = "Poisson",
            .function = "poisson",
            .sentence = "For counts: the negative logarithm of a Poisson distribution's "
                        "likelihood, without what the prediction does not change.",
            .formulas = {R"(\frac{1}{n} ∑_i (ŷ_i − y_i ln(ŷ_i + ε)))"},
            .setting = "y_true = 2",
            .from = 0.05,
            .to = 8,
            .loss = [](Node x) { return poisson(truth(x, {2}), x); },
            .y_range = {{-4, 5}}},
           {.name = "CosineSimilarity",
            .function = "cosine_similarity",
            .sentence = "Minus the cosine of the angle between the two vectors: −1 for the same "
                        "direction, whatever the lengths.",
            .formulas = {R"(− \frac{∑_i y_i ŷ_i}{\sqrt{∑_i y_i^2} \sqrt{∑_i ŷ_i^2}})"},
            .setting = "y_true = (1, 0), y_pred = (x, 1)",
            .x_label = "x",
            .from = -5,
            .to = 5,
            .loss = [](Node x) {
              return cosine_similarity(truth(x, {1, 0}), columns(x, constant(x, 1)));
            }}}};
}

Family probabilities() {
  return {"Probabilities",
          {{.name = "BinaryCrossentropy",
            .function = "binary_crossentropy",
            .sentence =
                "Minus the logarithm of the probability given to the truth, for yes or no. "
                "Probabilities are clipped to 1e-7 … 1 − 1e-7, so at 0 and 1 the gradient is lost.",
            .formulas = {R"(− \frac{1}{n} ∑_i (y_i ln ŷ_i + (1 − y_i) ln(1 − ŷ_i)))"},
            .setting = "y_true = 1",
            .from = 0,
            .to = 1,
            .loss = [](Node p) { return binary_crossentropy(truth(p, {1}), p); },
            .jumps = {0, 1},
            .y_range = {{-10, 6}}},
           {.name = "CategoricalCrossentropy",
            .function = "categorical_crossentropy",
            .sentence = "Minus the logarithm of the probability given to the true class. Labels "
                        "are one-hot; predictions are scaled to a sum of 1, then clipped.",
            .formulas = {R"(− ∑_i y_i ln \frac{ŷ_i}{∑_j ŷ_j})"},
            .setting = "y_true = (1, 0, 0), y_pred = (p, (1 − p)/2, (1 − p)/2)",
            .x_label = "probability p of the true class",
            .from = 0,
            .to = 1,
            .loss =
                [](Node p) {
                  return categorical_crossentropy(truth(p, {1, 0, 0}), three_classes(p));
                },
            .jumps = {0, 1},
            .y_range = {{-10, 6}}},
           {.name = "SparseCategoricalCrossentropy",
            .function = "sparse_categorical_crossentropy",
            .sentence = "The same for labels that are class numbers. Here over one logit, from "
                        "logits: the gradient is the predicted probability less 1.",
            .formulas = {R"(− ln \frac{ŷ_y}{∑_j ŷ_j})",
                         R"("from logits:" − ln \frac{e^{z_y}}{∑_j e^{z_j}})"},
            .setting = "y_true = 0, logits (z, 0, 0)",
            .x_label = "logit z of the true class",
            .from = -6,
            .to = 6,
            .loss =
                [](Node z) {
                  const Node zero = constant(z, 0);
                  return sparse_categorical_crossentropy(zero, columns(z, zero, zero),
                                                         {.from_logits = true});
                }},
           {.name = "BinaryFocalCrossentropy",
            .function = "binary_focal_crossentropy",
            .sentence = "Binary cross-entropy in which what is predicted well counts less.",
            .formulas = {R"(\frac{1}{n} ∑_i (1 − p_i)^γ (− ln p_i))",
                         R"(p_i = ŷ_i y_i + (1 − ŷ_i)(1 − y_i))"},
            .setting = "y_true = 1, gamma = 2",
            .from = 0,
            .to = 1,
            .loss = [](Node p) { return binary_focal_crossentropy(truth(p, {1}), p); },
            .jumps = {0, 1},
            .y_range = {{-10, 6}}},
           {.name = "CategoricalFocalCrossentropy",
            .function = "categorical_focal_crossentropy",
            .sentence = "The same for several classes, weighed by α.",
            .formulas = {R"(− ∑_i α (1 − q_i)^γ y_i ln q_i)", R"(q_i = \frac{ŷ_i}{∑_j ŷ_j})"},
            .setting =
                "y_true = (1, 0, 0), y_pred = (p, (1 − p)/2, (1 − p)/2), alpha = 0.25, gamma = 2",
            .x_label = "probability p of the true class",
            .from = 0,
            .to = 1,
            .loss =
                [](Node p) {
                  return categorical_focal_crossentropy(truth(p, {1, 0, 0}), three_classes(p));
                },
            .jumps = {0, 1},
            .y_range = {{-4, 2}}},
           {.name = "KLDivergence",
            .function = "kl_divergence",
            .sentence = "How much is lost when the predicted distribution stands in for the true "
                        "one: 0 where they are the same. At 0 and 1 one of the two probabilities "
                        "is clipped to 1e-7, and only the other pulls.",
            .formulas = {R"(∑_i y_i ln \frac{y_i}{ŷ_i})"},
            .setting = "y_true = (0.3, 0.7), y_pred = (p, 1 − p)",
            .x_label = "p",
            .from = 0,
            .to = 1,
            .loss =
                [](Node p) {
                  return kl_divergence(truth(p, {0.3, 0.7}), columns(p, 1 - p));
                },
            .jumps = {0, 1},
            .y_range = {{-3, 3}}}}};
}

Family margins() {
  return {"Margins",
          {{.name = "Hinge",
            .function = "hinge",
            .sentence = "0 once the prediction is on the right side by 1 or more. Labels 0 and 1 "
                        "become −1 and 1.",
            .formulas = {R"(\frac{1}{n} ∑_i max(1 − y_i ŷ_i, 0))"},
            .setting = "y_true = 1",
            .from = -2,
            .to = 3,
            .loss = [](Node x) { return hinge(truth(x, {1}), x); },
            .jumps = {1}},
           {.name = "SquaredHinge",
            .function = "squared_hinge",
            .sentence = "The square of each hinge: smooth where it reaches 0.",
            .formulas = {R"(\frac{1}{n} ∑_i max(1 − y_i ŷ_i, 0)^2)"},
            .setting = "y_true = 1",
            .from = -2,
            .to = 3,
            .loss = [](Node x) { return squared_hinge(truth(x, {1}), x); }},
           {.name = "CategoricalHinge",
            .function = "categorical_hinge",
            .sentence = "0 once the true class scores 1 more than the best of the others.",
            .formulas = {R"(max(1 + max_i((1 − y_i) ŷ_i) − ∑_i y_i ŷ_i, 0))"},
            .setting = "y_true = (1, 0, 0), y_pred = (x, 0.5, 0)",
            .x_label = "score x of the true class",
            .from = -2,
            .to = 3,
            .loss =
                [](Node x) {
                  return categorical_hinge(truth(x, {1, 0, 0}),
                                           columns(x, constant(x, 0.5f), constant(x, 0)));
                },
            .jumps = {1.5}}}};
}

Family overlaps() {
  return {
      "Overlaps",
      {{.name = "Dice",
        .function = "dice",
        .sentence = "How little two regions overlap, as in segmentation: 0 for the same region, 1 "
                    "for none in common.",
        .formulas = {R"(1 − \frac{2 ∑_i y_i ŷ_i}{∑_i y_i + ∑_i ŷ_i + ε})"},
        .setting = "y_true = (1, 1, 0), y_pred = (x, 0.8, 0.2)",
        .x_label = "x",
        .from = 0,
        .to = 1,
        .loss =
            [](Node x) {
              return dice(truth(x, {1, 1, 0}), region(x), {.axis = 1});
            }},
       {.name = "Tversky",
        .function = "tversky",
        .sentence = "Dice with a weight α for what is missed (M) and β for false alarms (F), "
                    "beside the hits (I).",
        .formulas = {R"(1 − \frac{I}{I + α M + β F + ε})",
                     R"(I = ∑_i y_i ŷ_i , M = ∑_i y_i (1 − ŷ_i) , F = ∑_i (1 − y_i) ŷ_i)"},
        .setting = "y_true = (1, 1, 0), y_pred = (x, 0.8, 0.2), alpha = 0.3, beta = 0.7",
        .x_label = "x",
        .from = 0,
        .to = 1,
        .loss = [](Node x) {
          return tversky(truth(x, {1, 1, 0}), region(x), {.alpha = 0.3, .beta = 0.7, .axis = 1});
        }}}};
}

}  // namespace

std::vector<Family> gallery() { return {regression(), probabilities(), margins(), overlaps()}; }

plot::Panel panel(const Exhibit& exhibit) {
  // Even steps, and small ones on both sides of a jump.
  std::vector<double> xs = exhibit.jumps;
  for (int i = 0; i <= points; ++i)
    xs.push_back(exhibit.from + (exhibit.to - exhibit.from) * i / points);
  for (double jump : exhibit.jumps)
    for (double step : {1e-4, 3e-4, 1e-3, 3e-3})
      for (double near : {jump - step, jump + step})
        if (near > exhibit.from && near < exhibit.to) xs.push_back(near);
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());

  const Tensor x = Tensor::from({xs.size(), 1}, std::vector<float>(xs.begin(), xs.end()));
  GradientTape tape;
  tape.begin();
  const Node at = tape.watch(x), loss = exhibit.loss(at);
  tape.backward(loss);  // of the sum: each point's own gradient, as no point sees another

  Curve value{
      .name = "loss", .x = xs, .y = {loss.value().values().begin(), loss.value().values().end()}};
  Curve gradient{.name = "gradient",
                 .x = xs,
                 .y = {at.grad().values().begin(), at.grad().values().end()},
                 .dashed = true};
  plot::Panel panel{
      {value}, {.title = exhibit.name, .x_label = exhibit.x_label, .y_range = exhibit.y_range}};
  std::vector<Curve> dots;
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (std::find(exhibit.jumps.begin(), exhibit.jumps.end(), xs[i]) != exhibit.jumps.end()) {
      dots.push_back({.x = {xs[i]}, .y = {gradient.y[i]}, .points = true, .color = 1});
      gradient.y[i] = NAN;
    }
  panel.curves.push_back(gradient);
  panel.curves.insert(panel.curves.end(), dots.begin(), dots.end());
  return panel;
}
