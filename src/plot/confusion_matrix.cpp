#include <algorithm>
#include <cmath>

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/plot.hpp"
#include "plot/gnuplot.hpp"

namespace keratin::plot {

namespace {

constexpr std::size_t most_numbered = 30;  // classes whose cells have room for a number

/// The numbers in the cells: counts, or their shares of the row.
std::vector<double> cells_of(const Tensor& matrix, bool normalize) {
  const std::size_t classes = matrix.shape()[0];
  std::vector<double> cells(matrix.values().begin(), matrix.values().end());
  for (std::size_t i = 0; normalize && i < classes; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < classes; ++j) sum += cells[i * classes + j];
    for (std::size_t j = 0; j < classes; ++j) cells[i * classes + j] /= sum == 0 ? 1 : sum;
  }
  return cells;
}

std::string shown(double value, bool normalize) {
  if (std::isnan(value)) return "NaN";
  if (normalize) return fixed(value, 2);
  const bool count = value == std::floor(value) && std::abs(value) < 1e6;
  return count ? fixed(value, 0) : general(value, 4);
}

/// Labels an axis with every `every`-th name. gnuplot reads a label as a format, so % is doubled.
std::string tics(const char* axis, const std::vector<std::string>& names, std::size_t every) {
  std::string text = concat("set ", axis, "tics (");
  for (std::size_t i = 0; i < names.size(); i += every) {
    std::string format;
    for (char c : names[i]) {
      if (c == '%') format += '%';
      format += c;
    }
    text += concat(i ? ", " : "", quoted(format), ' ', i);
  }
  return text + ")\n";
}

std::string csv_of(const std::vector<double>& cells, const std::vector<std::string>& names) {
  std::string text = "true \\ predicted";
  for (const std::string& name : names) text += ',' + csv_field(name);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i % names.size() == 0) text += '\n' + csv_field(names[i / names.size()]);
    text += concat(',', cells[i]);
  }
  return text + '\n';
}

double largest_of(const std::vector<double>& cells, bool normalize) {
  double largest = 0;
  for (double cell : cells)
    if (std::isfinite(cell)) largest = std::max(largest, cell);
  return normalize || largest == 0 ? 1 : largest;
}

/// The data blocks $cells (column, row, value) and $numbers (column, row, text, colour of the text:
/// light on dark cells, grey for 0).
std::string data(const std::vector<double>& cells, std::size_t classes, bool normalize,
                 double largest) {
  std::string squares = "$cells << EOD\n", numbers = "$numbers << EOD\n";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string place = concat(i % classes, ' ', i / classes, ' ');
    const int ink = cells[i] > 0.5 * largest ? 0xFFFFFF : cells[i] == 0 ? 0xB0B0B0 : 0x202020;
    squares += place + number(cells[i]) + '\n';
    numbers += concat(place, shown(cells[i], normalize), ' ', ink, '\n');
  }
  return squares + "EOD\n" + numbers + "EOD\n";
}

/// Where things are, in points; gnuplot wants shares of the sheet, from its lower left corner.
struct Layout {
  int cell, side, left, right, bottom, top;
  Layout(std::size_t classes, std::size_t longest_name, bool titled) {
    const int count = static_cast<int>(classes),
              room = 6 * static_cast<int>(std::min<std::size_t>(longest_name, 40));
    cell = classes <= most_numbered ? std::clamp(500 / count, 40, 80) : std::max(6, 1000 / count);
    side = cell * count;
    left = 58 + room;
    right = 110;
    bottom = longest_name > 4 ? 60 + room * 6 / 10 : 60;
    top = titled ? 48 : 16;
  }
  int width() const { return left + side + right; }
  int height() const { return top + side + bottom; }
  double x(int points) const { return static_cast<double>(points) / width(); }
  double y(int points) const { return static_cast<double>(points) / height(); }
  std::string script() const {
    return concat("set lmargin at screen ", x(left), "\nset rmargin at screen ", x(left + side),
                  "\nset bmargin at screen ", y(bottom), "\nset tmargin at screen ",
                  y(bottom + side), "\nset colorbox user origin screen ", x(left + side + 14),
                  ", screen ", y(bottom), " size screen ", x(14), ", screen ", y(side),
                  " noborder\nset label 'predicted class' at screen ", x(left + side / 2),
                  ", screen ", y(16), " center\nset label 'true class' at screen ", x(18),
                  ", screen ", y(bottom + side / 2), " center rotate by 90\n");
  }
};

}  // namespace

void confusion_matrix(const Tensor& matrix, const std::string& path,
                      const ConfusionMatrixOptions& options) {
  check_ending(path);
  check(matrix.rank() == 2 && matrix.shape()[0] == matrix.shape()[1] && !matrix.empty(),
        "plot::confusion_matrix", "the matrix has shape ", matrix.shape(),
        ", wanted (classes, classes)");
  const std::size_t classes = matrix.shape()[0];
  check(options.class_names.empty() || options.class_names.size() == classes,
        "plot::confusion_matrix", "there are ", options.class_names.size(), " class names for ",
        classes, " classes");
  std::vector<std::string> names = options.class_names;
  for (std::size_t i = names.size(); i < classes; ++i) names.push_back(concat(i));
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, utf8_length(name));

  const std::vector<double> cells = cells_of(matrix, options.normalize);
  const double largest = largest_of(cells, options.normalize);
  const Layout layout(classes, longest, !options.title.empty());
  const bool numbered = classes <= most_numbered;
  const std::size_t every = numbered ? 1 : (classes + 24) / 25;
  Drawing drawing{.width = layout.width(),
                  .height = layout.height(),
                  .title = options.title,
                  .csv = csv_of(cells, names)};
  drawing.script =
      concat(data(cells, classes, options.normalize, largest), layout.script(),
             "set palette defined (0 '#f7fbff', 0.25 '#c6dbef', 0.5 '#6baed6', 0.75 '#2171b5', 1 "
             "'#08306b')\nset cbrange [0:",
             largest, "]\nset format cb '%g'\nset cblabel ",
             options.normalize ? "'share of the true class'" : "'count'",
             " offset 0.8,0\nset xrange [-0.5:", classes, "-0.5]\nset yrange [", classes,
             "-0.5:-0.5]\nset border 0\nset tics scale 0 nomirror\nset title ",
             quoted(options.title), " font ',15'\n", tics("x", names, every),
             tics("y", names, every), longest > 4 ? "set xtics rotate by 45 right\n" : "",
             "plot $cells using 1:2:(0.48):(0.48):3 with boxxyerror lc palette fs solid 1 noborder "
             "notitle");
  if (numbered)
    drawing.script += concat(", $numbers using 1:2:(strcol(3)):4 with labels font ',",
                             layout.cell < 48 ? 10 : 12, "' tc rgb variable notitle");
  draw(drawing, path);
}

}  // namespace keratin::plot
