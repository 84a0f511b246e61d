#include "mnist_pictures.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <keratin/check.hpp>
#include <keratin/metrics.hpp>
#include <keratin/plot.hpp>
#include <vector>

using namespace keratin;

namespace pictures {

namespace {

constexpr std::size_t most_mistakes = 30;

struct Mistake {
  std::uint32_t image;
  int label, prediction;
  float probability;
};

/// Those with the highest probability for the wrong class first.
std::vector<Mistake> mistakes(const Tensor& labels, const Tensor& probabilities) {
  std::vector<Mistake> found;
  const std::size_t classes = probabilities.shape().back();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = probabilities.values().subspan(i * classes, classes);
    const auto best = std::max_element(row.begin(), row.end());
    const int label = static_cast<int>(labels.values()[i]),
              prediction = static_cast<int>(best - row.begin());
    if (label != prediction)
      found.push_back({static_cast<std::uint32_t>(i), label, prediction, *best});
  }
  std::stable_sort(found.begin(), found.end(), [](const Mistake& a, const Mistake& b) {
    return a.probability > b.probability;
  });
  return found;
}

std::string text(const char* format, auto... values) {
  char out[160];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

void draw_mistakes(const datasets::Split& test, std::vector<Mistake> shown,
                   const std::string& path) {
  const std::size_t all = shown.size();
  if (all == 0) return;
  shown.resize(std::min(all, most_mistakes));
  std::vector<std::uint32_t> rows;
  plot::ImagesOptions options{
      .title = text("The %zu surest of %zu mistakes: label → prediction", shown.size(), all)};
  for (const Mistake& mistake : shown) {
    rows.push_back(mistake.image);
    const bool sure = mistake.probability > 0.9999f;  // rounding would call it 1
    options.captions.push_back(text("%d → %d\np %c %.4f", mistake.label, mistake.prediction,
                                    sure ? '>' : '=', sure ? 0.9999 : mistake.probability));
  }
  Tensor images;
  ArrayView(test.x).gather(rows, images);
  plot::images(images, path, options);
}

}  // namespace

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw std::runtime_error("cannot make the folder '" + folder +
                             "': " + (error ? error.message() : "a file is in its place"));
}

void save(Model& model, const History& history, const datasets::Split& test,
          const std::string& folder) {
  const Tensor probabilities = model.predict(test.x, {.batch_size = 256, .verbose = 0});
  std::vector<float> ids;
  for (std::size_t i = 0; i < ArrayView(test.y).rows(); ++i)
    ids.push_back(static_cast<float>(ArrayView(test.y).at(i, 0)));
  const Tensor labels = Tensor::from({ids.size()}, ids);
  metrics::ConfusionMatrix confusion;
  confusion.update_state(labels, probabilities);

  std::exception_ptr first;
  const auto draw = [&](const std::function<void(const std::string& path)>& picture,
                        const char* name) {
    try {
      picture((std::filesystem::path(folder) / name).string());
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  };
  draw([&](const std::string& path) { plot::history(history, path); }, "history.svg");
  draw(
      [&](const std::string& path) {
        plot::confusion_matrix(confusion.matrix(), path,
                               {.title = text("%zu test images, %.2f %% right", ids.size(),
                                              100 * confusion.result())});
      },
      "confusion.svg");
  draw([&](const std::string& path) { draw_mistakes(test, mistakes(labels, probabilities), path); },
       "mistakes.png");
  if (first) std::rethrow_exception(first);
}

}  // namespace pictures
