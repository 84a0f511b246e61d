#pragma once
// Pictures: learning curves, confusion matrices, curves of any kind, sheets of images. gnuplot
// draws them (Debian's package gnuplot-nox). Not part of keratin.hpp.
//
// `path` ends in .svg or .png (drawn with twice the pixels, for print). The file appears, or is
// replaced, only once the picture is complete. Text is shown as it is, line breaks included. NaN
// and Inf leave gaps. All functions throw std::invalid_argument for data that make no picture and
// for another ending, and std::runtime_error if the file cannot be written, gnuplot fails (with its
// message), or there is no gnuplot: then the data are left as CSV beside the picture, as `run.csv`
// for `run.svg`.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/logs.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {
namespace plot {

/// Whether there is a gnuplot, for programs that do without pictures then. Throws
/// std::runtime_error for one that fails.
bool available();

struct HistoryOptions {
  std::string title = "";
};
/// A panel for the loss and one for each group of metrics of similar magnitude, over the epochs,
/// counted from 1: solid lines for training, dashed ones for validation. A series that was not
/// logged in every epoch has its points at the epochs in which it was. The loss has a logarithmic
/// scale if it is positive and its largest value is more than 10 times its smallest.
void history(const History& history, const std::string& path, const HistoryOptions& options = {});

struct ConfusionMatrixOptions {
  std::vector<std::string> class_names = {};  // 0, 1, ... if there are none
  std::string title = "";
  bool normalize = false;  // show shares of the true class instead of counts
};
/// `matrix` has shape (classes, classes), as from metrics::ConfusionMatrix::matrix(): a row for
/// each true class, a column for each predicted one. Up to 30 classes, the cells show their
/// numbers.
void confusion_matrix(const Tensor& matrix, const std::string& path,
                      const ConfusionMatrixOptions& options = {});

/// A line through points, or only points.
struct Curve {
  std::string name = "";               // in the legend, which leaves out a curve without a name
  std::vector<double> x = {}, y = {};  // of equal length
  bool dashed = false, points = false;
  bool line = true;  // false: points only
  int color = -1;    // curves of the same number share a colour; -1: the curve's index in its panel
};
struct CurveOptions {
  std::string title = "", x_label = "", y_label = "";
  bool log_y = false;
  std::optional<std::array<double, 2>> y_range = {};  // by default, as far as the curves reach
};
void curve(const std::vector<Curve>& curves, const std::string& path,
           const CurveOptions& options = {});

/// One of several diagrams on a sheet.
struct Panel {
  std::vector<Curve> curves = {};
  CurveOptions options = {};
};
struct PanelsOptions {
  std::string title = "";
  int columns = 0;  // 0: up to three
};
/// Several panels on one sheet.
void panels(const std::vector<Panel>& panels, const std::string& path,
            const PanelsOptions& options = {});

struct ImagesOptions {
  std::vector<std::string> captions = {};  // none, or one for each image, shown below it
  std::string title = "";
  int columns = 0;              // 0: up to ten
  bool white_on_black = false;  // by default the largest value is black, as ink on paper
};
/// A sheet of grey images: `images` has shape (count, height, width) or (count, height, width, 1)
/// and any type. The smallest and the largest of all values are the ends of the grey scale.
void images(const ArrayView& images, const std::string& path, const ImagesOptions& options = {});

}  // namespace plot
}  // namespace keratin
