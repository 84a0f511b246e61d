#pragma once
// Pictures: learning curves, confusion matrices, curves of any kind, sheets of images. gnuplot
// draws them (Debian's package gnuplot-nox). Not in keratin.hpp.
//
// `path` ends in .svg or .png (drawn with twice the pixels, for print). It appears, or is replaced,
// only once the picture is whole. Text is shown as it is, line breaks included. NaN and Inf leave
// gaps. Throw std::invalid_argument for what makes no picture and for another ending;
// std::runtime_error for a file that cannot be written, and when gnuplot fails (with what it said)
// or is not there: then the data are left as CSV beside the picture, `run.csv` for `run.svg`.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/logs.hpp"
#include "keratin/tensor.hpp"

namespace keratin::plot {

struct HistoryOptions {
  std::string title = "";
};
/// A panel for the loss and one for each group of metrics of like size, over the epochs, counted
/// from 1: training drawn out, validation dashed. The loss is on a logarithmic scale if it is
/// positive and its largest value over 10 times its smallest.
void history(const History& history, const std::string& path, const HistoryOptions& options = {});

struct ConfusionMatrixOptions {
  std::vector<std::string> class_names = {};  // none: 0, 1, ...
  std::string title = "";
  bool normalize = false;  // shares of the true class instead of counts
};
/// `matrix` (classes, classes), as metrics::ConfusionMatrix::matrix() gives it: true classes down,
/// predicted ones across. The numbers stand in the cells, up to 30 classes.
void confusion_matrix(const Tensor& matrix, const std::string& path,
                      const ConfusionMatrixOptions& options = {});

struct Curve {
  std::string name = "";               // for the legend; "" leaves it out
  std::vector<double> x = {}, y = {};  // equally many
  bool dashed = false, points = false;
  int color = -1;  // curves of the same number have the same colour; -1: its place in the panel
};
struct CurveOptions {
  std::string title = "", x_label = "", y_label = "";
  bool log_y = false;
  std::optional<std::array<double, 2>> y_range = {};  // none: what the curves take
};
void curve(const std::vector<Curve>& curves, const std::string& path,
           const CurveOptions& options = {});

struct Panel {
  std::vector<Curve> curves = {};
  CurveOptions options = {};
};
struct PanelsOptions {
  std::string title = "";
  int columns = 0;  // 0: three at most
};
/// Several of them on one sheet.
void panels(const std::vector<Panel>& panels, const std::string& path,
            const PanelsOptions& options = {});

struct ImagesOptions {
  std::vector<std::string> captions = {};  // one for each image, shown below it
  std::string title = "";
  int columns = 0;              // 0: ten at most
  bool white_on_black = false;  // else the largest value is black, as ink on paper
};
/// A sheet of grey images: `images` (count, height, width) or (count, height, width, 1), of any
/// type. Their smallest and largest value are the ends of the scale.
void images(const ArrayView& images, const std::string& path, const ImagesOptions& options = {});

}  // namespace keratin::plot
