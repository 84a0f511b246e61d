#pragma once
// Every loss as it is shown: what it says, its formula, and one number of the prediction to draw it
// over.

#include <array>
#include <functional>
#include <keratin/plot.hpp>
#include <keratin/tape.hpp>
#include <optional>
#include <string>
#include <vector>

struct Exhibit {
  std::string name = "", function = "", sentence = "";
  std::vector<std::string> formulas = {};                  // see mathml.hpp
  std::string setting = "y_true = 0", x_label = "y_pred";  // what is drawn, and over what
  double from = -3, to = 3;
  std::function<keratin::Node(keratin::Node x)> loss = {};  // of x (points, 1): a value for each
  std::vector<double> jumps = {};                           // where the gradient does
  std::optional<std::array<double, 2>> y_range = {};
};

struct Family {
  std::string name;
  std::vector<Exhibit> exhibits;
};

std::vector<Family> gallery();

/// The loss and its gradient, which the tape computes, over x; dots where the gradient jumps.
keratin::plot::Panel panel(const Exhibit& exhibit);
