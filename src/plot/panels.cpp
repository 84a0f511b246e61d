#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "keratin/plot.hpp"
#include "plot/gnuplot.hpp"

namespace keratin::plot {

namespace {

constexpr int panel_width = 460, panel_height = 340, title_height = 34;  // in points

// Okabe and Ito's colours, which colour-blind readers can tell apart as well.
constexpr const char* colors[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                  "#E69F00", "#56B4E9", "#000000", "#999999"};
constexpr int color_count = static_cast<int>(std::size(colors));

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool empty() const { return low > high; }
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// The next of 1, 2, 5, 10, 20, ... from `least` on.
double round_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(std::max(least, 1.0))));
  for (double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least) return factor * power;
  return 10 * power;
}

/// The x axis, with the same margin on both sides, and ticks at whole numbers only if all values
/// are whole.
std::string x_axis(const Panel& panel) {
  Range x;
  bool whole = true, points = false;
  for (const Curve& curve : panel.curves) {
    points |= curve.points || !curve.line;
    for (double value : curve.x) {
      x.add(value);
      whole &= value == std::floor(value);
    }
  }
  if (x.empty()) x = {0, 1};
  const double margin = x.high == x.low ? 0.5 : points ? 0.03 * (x.high - x.low) : 0;
  std::string text =
      concat("set xrange [", x.low - margin, ':', x.high + margin, "]\nset xtics autofreq\n");
  if (whole) text += concat("set xtics ", round_step((x.high - x.low) / 9), '\n');
  return text;
}

std::string y_axis(const Panel& panel) {
  Range y;
  for (const Curve& curve : panel.curves)
    for (double value : curve.y)
      if (!panel.options.log_y || value > 0) y.add(value);
  std::string text = panel.options.log_y
                         ? "set logscale y\nset offsets\n"
                         : "unset logscale y\nset offsets 0, 0, graph 0.04, graph 0.04\n";
  if (panel.options.y_range)
    return concat(text, "set yrange [", (*panel.options.y_range)[0], ':',
                  (*panel.options.y_range)[1], "]\n");
  if (y.empty())
    return text + (panel.options.log_y ? "set yrange [0.1:1]\n" : "set yrange [0:1]\n");
  if (y.low == y.high)
    return concat(text, "set yrange [", number(y.low - std::abs(y.low) / 2 - (y.low == 0)), ':',
                  number(y.high + std::abs(y.high) / 2 + (y.low == 0)), "]\n");
  return text + "set yrange [*:*]\n";
}

std::string data(const Panel& panel, std::size_t place) {
  std::string text;
  for (std::size_t c = 0; c < panel.curves.size(); ++c) {
    const Curve& curve = panel.curves[c];
    text += concat("$p", place, '_', c, " << EOD\n");
    for (std::size_t i = 0; i < curve.x.size(); ++i)
      text += number(curve.x[i]) + ' ' + number(curve.y[i]) + '\n';
    text += "EOD\n";
  }
  return text;
}

std::string plot_command(const Panel& panel, std::size_t place) {
  std::string text = "plot ";
  for (std::size_t c = 0; c < panel.curves.size(); ++c) {
    const Curve& curve = panel.curves[c];
    const int color = curve.color < 0 ? static_cast<int>(c) : curve.color;
    const bool marked = curve.points || !curve.line;
    text += concat("$p", place, '_', c, " using 1:2 with ",
                   !curve.line ? "points"
                   : marked    ? "linespoints"
                               : "lines",
                   " lw 1.8 lc rgb '", colors[color % color_count],
                   curve.dashed ? "' dt (8,5)" : "' dt solid");
    if (marked) text += " pt 7 ps 0.5";
    text += (curve.name.empty() ? " notitle" : " title " + quoted(curve.name)) + ", ";
  }
  // gnuplot refuses a plot without a single number, unless a function is plotted as well.
  return text + "NaN notitle\n";
}

std::string script_of(const Panel& panel, std::size_t place) {
  const CurveOptions& options = panel.options;
  return concat(data(panel, place), x_axis(panel), y_axis(panel), "set title ",
                quoted(options.title), "\nset xlabel ", quoted(options.x_label), "\nset ylabel ",
                quoted(options.y_label), '\n', plot_command(panel, place));
}

std::string csv_of(const std::vector<Panel>& panels) {
  std::string text = "panel,curve,x,y\n";
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (const Curve& curve : panels[p].curves)
      for (std::size_t i = 0; i < curve.x.size(); ++i)
        text += concat(p + 1, ',', csv_field(curve.name), ',', curve.x[i], ',', curve.y[i], '\n');
  return text;
}

void check_panels(const std::vector<Panel>& panels) {
  check(!panels.empty(), "plot", "there are no panels to draw");
  for (const Panel& panel : panels) {
    check(!panel.curves.empty(), "plot", "there are no curves to draw",
          panel.options.title.empty() ? "" : " in " + panel.options.title);
    for (const Curve& curve : panel.curves) {
      check(curve.x.size() == curve.y.size(), "plot", "curve '", curve.name, "' has ",
            curve.x.size(), " x and ", curve.y.size(), " y");
      check(!curve.x.empty(), "plot", "curve '", curve.name, "' has no points");
    }
    if (const auto& range = panel.options.y_range)
      check(std::isfinite((*range)[0]) && (*range)[0] < (*range)[1] && std::isfinite((*range)[1]) &&
                (!panel.options.log_y || (*range)[0] > 0),
            "plot", "y_range is ", (*range)[0], " to ", (*range)[1],
            ", wanted a lower and a higher number", panel.options.log_y ? " above 0" : "");
  }
}

int columns_for(int panels) { return panels == 4 ? 2 : std::min(panels, 3); }

}  // namespace

void panels(const std::vector<Panel>& panels, const std::string& path,
            const PanelsOptions& options) {
  check_ending(path);
  check_panels(panels);
  const int count = static_cast<int>(panels.size());
  const int columns = options.columns > 0 ? std::min(options.columns, count) : columns_for(count);
  const int rows = (count + columns - 1) / columns;
  Drawing drawing{
      .width = columns * panel_width,
      .height = rows * panel_height + title_height * static_cast<int>(lines_of(options.title)),
      .title = options.title,
      .script = concat("set multiplot layout ", rows, ',', columns)};
  if (!options.title.empty()) drawing.script += " title " + quoted(options.title) + " font ',15'";
  drawing.script +=
      "\nset border 3 lc rgb '#606060'\nset tics nomirror out scale 0.6 textcolor rgb 'black'\nset "
      "mytics 1\n"
      "set grid lc rgb '#dcdcdc' lt 1 lw 0.6\nset format '%g'\nset key bmargin center horizontal "
      "Left reverse samplen 2.5 spacing 1.4 width 1\nset xlabel offset 0,0.4\nset xzeroaxis lt 1 "
      "lw 0.8 lc rgb '#909090'\nset title font ',13'\n";
  for (std::size_t p = 0; p < panels.size(); ++p) drawing.script += script_of(panels[p], p);
  drawing.script += "unset multiplot";
  drawing.csv = csv_of(panels);
  draw(drawing, path);
}

void curve(const std::vector<Curve>& curves, const std::string& path, const CurveOptions& options) {
  panels({{curves, options}}, path);
}

}  // namespace keratin::plot
