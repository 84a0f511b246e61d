#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "keratin/plot.hpp"
#include "plot/gnuplot.hpp"

namespace keratin::plot {

namespace {

std::string csv_of(const ArrayView& images, const std::vector<std::string>& captions) {
  std::string text = "caption,pixels\n";
  for (std::size_t i = 0; i < images.rows(); ++i) {
    text += captions.empty() ? "" : csv_field(captions[i]);
    for (std::size_t k = 0; k < images.row_size(); ++k) text += concat(',', images.at(i, k));
    text += '\n';
  }
  return text;
}

std::string data(const ArrayView& images, std::size_t image) {
  const std::size_t width = images.shape()[2];
  std::string text = concat("$image", image, " << EOD\n");
  for (std::size_t k = 0; k < images.row_size(); ++k)
    text += number(images.at(image, k)) + ((k + 1) % width ? ' ' : '\n');
  return text + "EOD\n";
}

/// "[low:high]" of all pixels.
std::string range_of(const ArrayView& images) {
  double low = INFINITY, high = -INFINITY;
  for (std::size_t i = 0; i < images.rows(); ++i)
    for (std::size_t k = 0; k < images.row_size(); ++k) {
      const double value = images.at(i, k);
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (low > high) return "[0:1]";  // no pixel is a number
  if (low == high) high = low + std::max(std::abs(low), 1.0);
  return concat('[', low, ':', high, ']');
}

// In points.
constexpr int cell = 88, picture = 76, line = 15, margin = 10, title_line = 30;

}  // namespace

void images(const ArrayView& images, const std::string& path, const ImagesOptions& options) {
  check_ending(path);
  const Shape& shape = images.shape();
  check((shape.size() == 3 || (shape.size() == 4 && shape[3] == 1)) && shape.elements() > 0,
        "plot::images", "the images have shape ", shape,
        ", wanted (count, height, width) or (count, height, width, 1)");
  check(options.captions.empty() || options.captions.size() == shape[0], "plot::images",
        "there are ", options.captions.size(), " captions for ", shape[0], " images");
  const int count = static_cast<int>(shape[0]),
            columns = std::min(options.columns > 0 ? options.columns : 10, count);
  std::size_t lines = 0;
  for (const std::string& caption : options.captions) lines = std::max(lines, lines_of(caption));
  const int row = cell + line * static_cast<int>(lines),
            head = margin + title_line * static_cast<int>(lines_of(options.title));
  const double pixel =
      static_cast<double>(picture) / static_cast<double>(std::max(shape[1], shape[2]));

  Drawing drawing{.width = columns * cell + 2 * margin,
                  .height = head + (count + columns - 1) / columns * row,
                  .title = options.title};
  drawing.csv = csv_of(images, options.captions);
  drawing.script = concat(
      "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at "
      "screen 1\nset xrange [0:",
      drawing.width, "]\nset yrange [", drawing.height,
      ":0]\nunset border\nunset tics\nunset colorbox\nunset key\n", "set cbrange ",
      range_of(images), "\nset palette gray", options.white_on_black ? "\n" : " negative\n",
      "set label ", quoted(options.title), " at ", drawing.width / 2, ", 24 center font ',15'\n");
  std::string plots = "plot ";
  for (int i = 0; i < count; ++i) {
    const double left = margin + i % columns * cell + (cell - picture) / 2,
                 right = left + pixel * static_cast<double>(shape[2]);
    const double top = head + i / columns * row,
                 bottom = top + pixel * static_cast<double>(shape[1]);
    drawing.script +=
        concat(data(images, static_cast<std::size_t>(i)), "set object rectangle from ", left, ',',
               top, " to ", right, ',', bottom, " fs empty border lc rgb '#c0c0c0' lw 0.7 front\n");
    if (!options.captions.empty())
      drawing.script +=
          concat("set label ", quoted(options.captions[static_cast<std::size_t>(i)]), " at ",
                 (left + right) / 2, ',', bottom + 0.8 * line, " center font ',10'\n");
    plots += concat(i ? ", " : "", "$image", i, " matrix using (", left, "+($1+0.5)*", pixel, "):(",
                    top, "+($2+0.5)*", pixel, "):3 with image");
  }
  drawing.script += plots;
  draw(drawing, path);
}

}  // namespace keratin::plot
