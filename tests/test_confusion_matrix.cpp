// ConfusionMatrix: cells, accuracy, and the report, to the letter as scikit-learn 1.9.1 prints it
// (classification_report).
#include <string>
#include <vector>

#include "keratin/metrics.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using metrics::ConfusionMatrix;
using test::message;

const Tensor labels = {0, 1, 2, 2, 2, 1, 0}, predicted = {0, 0, 2, 2, 1, 1, 0};

TEST_CASE("ConfusionMatrix counts ids, one-hot labels and scores", "[metrics]") {
  ConfusionMatrix matrix({.num_classes = 3});
  CHECK(matrix.result() == 0);
  CHECK(matrix.matrix() == Tensor::zeros({3, 3}));
  matrix.update_state(labels, predicted);
  CHECK(matrix.matrix() == Tensor{{2, 0, 0}, {1, 1, 0}, {0, 1, 2}});
  CHECK(matrix.result() == Approx(5.0 / 7));

  ConfusionMatrix other(3, {.name = "digits"});
  CHECK(other.name == "digits");
  other.update_state({{2}, {0}}, {{.1, .2, .7}, {.5, .5, 0}});
  other.update_state({{0, 1, 0}}, {{.1, .2, .7}});
  CHECK(other.matrix() == Tensor{{1, 0, 0}, {0, 0, 1}, {0, 0, 1}});
  other.reset_state();
  other.update_state({0, 1}, {0, 2}, {0.5, 3});
  CHECK(other.matrix() == Tensor{{0.5, 0, 0}, {0, 0, 3}, {0, 0, 0}});

  ConfusionMatrix from_scores;  // as many classes as y_pred has columns
  from_scores.update_state({1, 0}, {{.2, .8}, {.4, .6}});
  CHECK(from_scores.matrix() == Tensor{{0, 1}, {0, 1}});
}

TEST_CASE("ConfusionMatrix refuses what is no class", "[metrics]") {
  ConfusionMatrix matrix(3);
  CHECK(message([&] {
          matrix.update_state({0, 3}, {0, 1});
        }) == "[confusion_matrix] y_true has 3 in row 1, which is not one of the classes 0 to 2");
  CHECK(message([&] {
          matrix.update_state({0, 1}, {0, 0.5});
        }) == "[confusion_matrix] y_pred has 0.5 in row 1, which is not one of the classes 0 to 2");
  CHECK(message([&] {
          matrix.update_state({0, 1, 2}, {0, 1});
        }) ==
        "[confusion_matrix] y_true of shape (3,) has 3 labels, y_pred of shape (2,) has 2 "
        "predictions");
  CHECK(message([&] {
          matrix.update_state({0, 1}, {0, 1}, {1, 1, 1});
        }) ==
        "[confusion_matrix] sample_weight has shape (3,), which does not fit values of shape (2,)");
  CHECK(matrix.matrix() == Tensor::zeros({3, 3}));
  CHECK(message([] { ConfusionMatrix(1); }) ==
        "[ConfusionMatrix] num_classes is 1, wanted 2 or more");
  CHECK(message([] {
          ConfusionMatrix().update_state({0, 1}, {0, 1});
        }) ==
        "[confusion_matrix] y_pred of shape (2,) does not tell the number of classes: give "
        "num_classes");
  CHECK(message([&] {
          matrix.report({"a", "b"});
        }) == "[confusion_matrix] report got 2 class names for 3 classes");
  CHECK(message([&] { matrix.report(std::vector<std::string>()); }) ==
        "[confusion_matrix] report got 0 class names for 3 classes");
  CHECK(message([] { ConfusionMatrix(0); }) ==
        "[ConfusionMatrix] num_classes is 0, wanted 2 or more");
}

TEST_CASE("the report is scikit-learn's", "[metrics]") {
  ConfusionMatrix matrix(3);
  matrix.update_state(labels, predicted);
  CHECK(matrix.report() ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "           0       0.67      1.00      0.80         2\n"
        "           1       0.50      0.50      0.50         2\n"
        "           2       1.00      0.67      0.80         3\n"
        "\n"
        "    accuracy                           0.71         7\n"
        "   macro avg       0.72      0.72      0.70         7\n"
        "weighted avg       0.76      0.71      0.71         7\n");
  CHECK(matrix.report({"cat", "a very long class name", "dog"}) ==
        "                        precision    recall  f1-score   support\n"
        "\n"
        "                   cat       0.67      1.00      0.80         2\n"
        "a very long class name       0.50      0.50      0.50         2\n"
        "                   dog       1.00      0.67      0.80         3\n"
        "\n"
        "              accuracy                           0.71         7\n"
        "             macro avg       0.72      0.72      0.70         7\n"
        "          weighted avg       0.76      0.71      0.71         7\n");
}

TEST_CASE("the report with weights and a class that never occurs", "[metrics]") {
  ConfusionMatrix matrix(4);
  matrix.update_state(labels, predicted, {1, .5, 1, 2, 0.25, 1, 1});
  CHECK(matrix.report() ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "           0       0.80      1.00      0.89       2.0\n"
        "           1       0.80      0.67      0.73       1.5\n"
        "           2       1.00      0.92      0.96      3.25\n"
        "           3       0.00      0.00      0.00       0.0\n"
        "\n"
        "    accuracy                           0.89      6.75\n"
        "   macro avg       0.65      0.65      0.64      6.75\n"
        "weighted avg       0.90      0.89      0.89      6.75\n");
}

TEST_CASE("the report of many rows", "[metrics]") {
  ConfusionMatrix matrix(2);
  Tensor y_true = Tensor::zeros({12350}), y_pred = Tensor::zeros({12350});
  for (std::size_t i = 12345; i < 12350; ++i) y_true.values()[i] = 1;
  for (std::size_t i = 12000; i < 12350; ++i) y_pred.values()[i] = 1;
  matrix.update_state(y_true, y_pred);
  CHECK(matrix.report() ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "           0       1.00      0.97      0.99     12345\n"
        "           1       0.01      1.00      0.03         5\n"
        "\n"
        "    accuracy                           0.97     12350\n"
        "   macro avg       0.51      0.99      0.51     12350\n"
        "weighted avg       1.00      0.97      0.99     12350\n");
}

TEST_CASE("the report writes numbers as Python does, under every locale", "[metrics]") {
  const test::CommaLocale commas;
  ConfusionMatrix matrix(2);
  matrix.update_state({0, 1}, {0, 1}, {100000, 0.00001f});
  CHECK(matrix.report() ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "           0       1.00      1.00      1.00  100000.0\n"
        "           1       1.00      1.00      1.00 9.999999747378752e-06\n"
        "\n"
        "    accuracy                           1.00 100000.00001\n"
        "   macro avg       1.00      1.00      1.00 100000.00001\n"
        "weighted avg       1.00      1.00      1.00 100000.00001\n");
  ConfusionMatrix large(2);
  const Tensor ids = Tensor::zeros({100000});
  large.update_state(ids, ids);
  CHECK(large.report().find("         0       1.00      1.00      1.00    100000\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace keratin
