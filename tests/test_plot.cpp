// Pictures: that they are made, whole and named right, and what is said when they cannot be.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stack>

#include "keratin/check.hpp"
#include "keratin/plot.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using test::message;

namespace fs = std::filesystem;

/// A folder of its own, gone at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("keratin_plot_" + std::to_string(getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

/// Another PATH for a while.
struct Path {
  std::string before = std::getenv("PATH") ? std::getenv("PATH") : "";
  explicit Path(const std::string& path) { setenv("PATH", path.c_str(), 1); }
  ~Path() { setenv("PATH", before.c_str(), 1); }
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Every element closed in turn, every & an entity: as much of XML as gnuplot's output and our
/// changes to it can break.
bool well_formed(const std::string& xml) {
  std::stack<std::string> open;
  for (std::size_t at = xml.find_first_of("<&"); at != std::string::npos;
       at = xml.find_first_of("<&", at + 1)) {
    const std::size_t end = xml.find_first_of(xml[at] == '<' ? ">" : ";", at);
    if (end == std::string::npos || (xml[at] == '&' && end - at > 6)) return false;
    if (xml[at] == '&' || xml[at + 1] == '?') continue;
    const bool closing = xml[at + 1] == '/';
    const std::size_t name = at + 1 + closing;
    const std::string tag = xml.substr(name, xml.find_first_of(" \n\t/>", name) - name);
    if (!closing && xml[end - 1] != '/') open.push(tag);
    if (closing && (open.empty() || open.top() != tag)) return false;
    if (closing) open.pop();
  }
  return open.empty() && xml.starts_with("<?xml") && xml.ends_with("</svg>\n\n");
}

struct Size {
  unsigned width, height;
  bool operator==(const Size&) const = default;
};
/// From the IHDR chunk; zeros for what is no PNG.
Size png_size(const std::string& png) {
  if (!png.starts_with("\x89PNG\r\n\x1a\n") || png.substr(12, 4) != "IHDR" ||
      !png.ends_with("IEND\xAE\x42\x60\x82"))
    return {0, 0};
  const auto number = [&](std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + 4; ++i)
      value = value << 8 | static_cast<unsigned char>(png[i]);
    return value;
  };
  return {number(16), number(20)};
}

std::string refusal(const auto& work) { return message<std::invalid_argument>(work); }
std::string failure(const auto& work) { return message<std::runtime_error>(work); }

using Series = std::pair<std::string, std::vector<double>>;

/// Series that were logged in all epochs, from the first on.
History history_of(const std::vector<Series>& all) {
  History run;
  for (std::size_t epoch = 0; epoch < all[0].second.size(); ++epoch) {
    Logs logs;
    for (const auto& [name, values] : all) logs[name] = values[epoch];
    run.append(static_cast<int>(epoch), logs);
  }
  return run;
}

const std::vector<Series> some_series = {{"loss", {8, 2, 0.5, 0.25}},
                                         {"acc", {0.5, 0.75, NAN, 0.875}},
                                         {"val_loss", {4, 1, 0.75, 0.5}},
                                         {"val_acc", {0.5, 0.625, 0.75, 0.75}}};
History some_history() { return history_of(some_series); }

/// The lines of `curve` in the CSV that plot::history leaves without gnuplot: "x,y x,y ...".
std::string points_of(const std::string& curve, const std::string& csv) {
  std::istringstream lines(csv);
  std::string points;
  const std::string before = "1," + curve + ",";
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(before))
      points += (points.empty() ? "" : " ") + line.substr(before.size());
  return points;
}

TEST_CASE("plot::history draws the loss and the metrics, training and validation", "[plot]") {
  const Folder folder;
  plot::history(some_history(), folder / "run.svg", {.title = "A run & more"});
  const std::string svg = contents(folder / "run.svg");
  CHECK(well_formed(svg));
  CHECK(contains(svg, "width=\"920\" height=\"374\""));
  for (const char* text :
       {"loss", "val_loss", "acc", "val_acc", "epoch", "loss (log scale)", "A run &amp; more"})
    CHECK(contains(svg, concat("<text>", text, "</text>")));
  CHECK(contains(svg, "<title>A run &amp; more</title>"));
  CHECK(!contains(svg, "<title>gnuplot_plot_"));
  CHECK(!contains(svg, ">0</text>"));  // no epoch 0
  CHECK(folder.files() == 1);

  plot::history(some_history(), folder / "run.PNG");
  CHECK(png_size(contents(folder / "run.PNG")) == Size{1840, 680});
}

TEST_CASE("plot::history puts metrics of similar magnitude on one panel", "[plot]") {
  const Folder folder;
  std::vector<Series> series = some_series;
  series.push_back({"precision", {0.25, 0.5, 0.5, 0.5}});
  series.push_back({"mae", {0.0625, 0.03125, 0.015625, 0.0078125}});
  const History run = history_of(series);
  {
    const Path none(folder / "no such folder");
    CHECK_THROWS_AS(plot::history(run, folder / "run.svg"), std::runtime_error);
  }
  CHECK(contents(folder / "run.csv") ==
        "panel,curve,x,y\n1,loss,1,8\n1,loss,2,2\n1,loss,3,0.5\n1,loss,4,0.25\n1,val_loss,1,4\n1,"
        "val_loss,2,1\n1,val_loss,3,0.75\n"
        "1,val_loss,4,0.5\n2,acc,1,0.5\n2,acc,2,0.75\n2,acc,3,nan\n2,acc,4,0.875\n2,val_acc,1,0."
        "5\n2,val_acc,2,0.625\n2,val_acc,3,0.75\n"
        "2,val_acc,4,0.75\n2,precision,1,0.25\n2,precision,2,0.5\n2,precision,3,0.5\n2,precision,4,"
        "0.5\n3,mae,1,0.0625\n3,mae,2,0.03125\n"
        "3,mae,3,0.015625\n3,mae,4,0.0078125\n");
  plot::history(run, folder / "run.svg");
  CHECK(contains(contents(folder / "run.svg"), "width=\"1380\" height=\"340\""));
}

TEST_CASE("plot::history draws a series at the epochs in which it was logged", "[plot]") {
  const Folder folder;
  const Path none(folder / "no such folder");
  const auto drawn = [&](int first_epoch, const std::vector<int>& validated) {
    History run;
    for (int epoch = first_epoch; epoch < 10; ++epoch) {
      Logs logs;
      logs["loss"] = 1;
      if (std::find(validated.begin(), validated.end(), epoch) != validated.end())
        logs["val_loss"] = epoch / 4.0;
      run.append(epoch, logs);
    }
    CHECK_THROWS_AS(plot::history(run, folder / "run.svg"), std::runtime_error);
    return points_of("val_loss", contents(folder / "run.csv"));
  };
  CHECK(drawn(0, {3, 7}) == "4,0.75 8,1.75");
  CHECK(drawn(0, {5}) == "6,1.25");
  CHECK(drawn(0, {0, 1, 9}) == "1,0 2,0.25 10,2.25");
  CHECK(drawn(2, {4, 9}) == "5,1 10,2.25");
}

TEST_CASE("plot::history takes one epoch, and values that are all NaN", "[plot]") {
  const Folder folder;
  const History run = history_of({{"loss", {NAN}}, {"acc", {0.5}}});
  plot::history(run, folder / "run.svg");
  CHECK(well_formed(contents(folder / "run.svg")));
}

TEST_CASE("plot::confusion_matrix writes the counts into the cells", "[plot]") {
  const Folder folder;
  const Tensor matrix = {{51, 1, 0}, {2, 60.5, 0}, {0, NAN, 9}};
  plot::confusion_matrix(matrix, folder / "matrix.svg",
                         {.class_names = {"cat", "dog <big>", "éléphant"}, .title = "Animals"});
  const std::string svg = contents(folder / "matrix.svg");
  CHECK(well_formed(svg));
  for (const char* text : {"51", "60.5", "9", "NaN", "cat", "dog &lt;big>", "éléphant", "Animals",
                           "true class", "predicted class", "count"})
    CHECK(contains(svg, concat("<text>", text, "</text>")));
  CHECK(count(svg, "<text>0</text>") >= 3);

  plot::confusion_matrix({{3, 1}, {0, 0}}, folder / "share.svg", {.normalize = true});
  const std::string shares = contents(folder / "share.svg");
  for (const char* text : {"0.75", "0.25", "share of the true class"})
    CHECK(contains(shares, concat("<text>", text, "</text>")));
  CHECK(count(shares, "<text>0.00</text>") == 2);  // a class that is not there

  plot::confusion_matrix(Tensor::zeros({100, 100}), folder / "large.png");
  CHECK(png_size(contents(folder / "large.png")).width > 2000);
}

TEST_CASE("pictures have decimal points under every locale", "[plot]") {
  const test::CommaLocale commas;
  const Folder folder;
  plot::confusion_matrix({{1, 3}, {60.5, 2000}}, folder / "counts.svg");
  plot::confusion_matrix({{1, 3}, {0, 2}}, folder / "shares.svg", {.normalize = true});
  const std::string counts = contents(folder / "counts.svg");
  CHECK(contains(counts, "<text>60.5</text>"));
  CHECK(contains(counts, "<text>2000</text>"));
  CHECK(contains(contents(folder / "shares.svg"), "<text>0.75</text>"));
  plot::curve({{.name = "f", .x = {0.25, 0.75}, .y = {0.5, 1000.5}}}, folder / "f.svg");
  CHECK(well_formed(contents(folder / "f.svg")));
}

TEST_CASE("plot::curve draws points without a line", "[plot]") {
  const Folder folder;
  const auto drawn = [&](bool points, bool line) {
    const plot::Curve f{.x = {0, 1, 2}, .y = {1, 3, 2}, .points = points, .line = line};
    plot::curve({f}, folder / "f.svg");
    const std::string svg = contents(folder / "f.svg");
    CHECK(well_formed(svg));
    return svg.substr(svg.find("id=\"gnuplot_plot_1"));
  };
  const auto markers = [](const std::string& svg) { return count(svg, "xlink:href='#gpPt6'"); };
  CHECK(markers(drawn(false, true)) == 0);
  CHECK(markers(drawn(true, true)) == 3);
  CHECK(markers(drawn(true, false)) == 3);
  CHECK(drawn(false, false) == drawn(true, false));
  CHECK(count(drawn(true, true), "<path") == count(drawn(false, false), "<path") + 1);
}

TEST_CASE("plot::curve leaves gaps for NaN and Inf", "[plot]") {
  const Folder folder;
  const auto lines = [&](double middle) {
    plot::curve({{.name = "f", .x = {0, 1, 2, 3, 4}, .y = {1, 2, middle, 3, 5}}}, folder / "f.svg");
    const std::string svg = contents(folder / "f.svg");
    CHECK(well_formed(svg));
    const std::size_t start = svg.find("id=\"gnuplot_plot_1");
    return count(svg.substr(start, svg.find("id=\"gnuplot_plot_2") - start), "M");
  };
  const std::size_t whole = lines(2.5);
  CHECK(lines(NAN) == whole + 1);
  CHECK(lines(INFINITY) == whole + 1);
}

TEST_CASE("plot::images draws one image for each row, with its caption", "[plot]") {
  const Folder folder;
  const std::vector<std::uint8_t> pixels(5 * 4 * 3, 7);
  plot::images(
      ArrayView({5, 4, 3}, pixels.data()), folder / "five.svg",
      {.captions = {"one", "two\nlines", "three", "four", "five"}, .title = "Five", .columns = 3});
  const std::string svg = contents(folder / "five.svg");
  CHECK(well_formed(svg));
  CHECK(count(svg, "<image ") == 5);
  CHECK(count(svg, "href='data:image/png;base64,") == 5);
  for (const char* text : {"one", "two", "lines", "five", "Five"})
    CHECK(contains(svg, concat("<text>", text, "</text>")));
  CHECK(folder.files() == 1);
  plot::images(Tensor::ones({2, 8, 8, 1}), folder / "two.png", {.white_on_black = true});
  CHECK(png_size(contents(folder / "two.png")) == Size{392, 196});
}

TEST_CASE("plot shows nasty text as it is and runs none of it", "[plot]") {
  const Folder folder;
  const std::string trap = folder / "trap", touch = "touch " + trap;
  const std::string last_line =
      "`" + touch + "` $(" + touch + ") \"; system('" + touch + "') # @x \\n % {/Bold x_2}";
  const std::string nasty = "'; !" + touch + "\n!" + touch + "\n" + last_line;
  plot::curve({{.name = nasty, .x = {1, 2}, .y = {3, 4}}}, folder / "a.svg",
              {.title = nasty, .x_label = nasty, .y_label = nasty});
  plot::confusion_matrix({{1, 2}, {3, 4}}, folder / "b.svg",
                         {.class_names = {nasty, "EOD\nEOD"}, .title = nasty});
  plot::images(Tensor::ones({1, 2, 2}), folder / "c.svg", {.captions = {nasty}, .title = nasty});
  plot::history(history_of({{nasty + '\\', {1}}}), folder / "d.svg", {.title = nasty});
  CHECK(!fs::exists(trap));
  for (const char* name : {"a.svg", "b.svg", "c.svg", "d.svg"}) {
    const std::string svg = contents(folder / name);
    CHECK(well_formed(svg));
    CHECK(contains(svg, last_line));
  }

  // The path never reaches gnuplot; what may not stand in XML is replaced.
  const std::string file = folder / "it's\n!touch x; `y` \"z\" π.svg";
  plot::curve({{.name = "\x01 \xFF ü \xC3", .x = {1, 2}, .y = {3, 4}}}, file);
  CHECK(well_formed(contents(file)));
  CHECK(contains(contents(file), "<text>\uFFFD \uFFFD ü \uFFFD</text>"));
}

TEST_CASE("plot refuses what makes no picture", "[plot]") {
  const Folder folder;
  const std::string path = folder / "x.svg";
  const plot::Curve f{.name = "f", .x = {1, 2}, .y = {1, 2}};
  CHECK(refusal([&] { plot::curve({f}, "run.pdf"); }) ==
        "[plot] 'run.pdf' ends in neither .svg nor .png");
  CHECK(refusal([&] { plot::curve({f}, ".svg"); }) ==
        "[plot] '.svg' ends in neither .svg nor .png");
  CHECK(refusal([&] { plot::history({}, path); }) ==
        "[plot::history] the history is empty: no epoch was run to its end");
  CHECK(refusal([&] {
          plot::confusion_matrix({{1, 2}}, path);
        }) == "[plot::confusion_matrix] the matrix has shape (1, 2), wanted (classes, classes)");
  CHECK(refusal([&] {
          plot::confusion_matrix({{1, 2}, {3, 4}}, path, {.class_names = {"a"}});
        }) == "[plot::confusion_matrix] there are 1 class names for 2 classes");
  CHECK(refusal([&] {
          plot::images(Tensor::ones({4, 4}), path);
        }) ==
        "[plot::images] the images have shape (4, 4), wanted (count, height, width) or (count, "
        "height, width, 1)");
  CHECK(refusal([&] {
          plot::images(Tensor::ones({2, 4, 4}), path, {.captions = {"a"}});
        }) == "[plot::images] there are 1 captions for 2 images");
  CHECK(refusal([&] { plot::curve({}, path); }) == "[plot] there are no curves to draw");
  CHECK(refusal([&] { plot::panels({}, path); }) == "[plot] there are no panels to draw");
  CHECK(refusal([&] { plot::curve({{.name = "f", .x = {1}, .y = {}}}, path); }) ==
        "[plot] curve 'f' has 1 x and 0 y");
  CHECK(refusal([&] { plot::curve({{.name = "f"}}, path); }) == "[plot] curve 'f' has no points");
  CHECK(refusal([&] {
          plot::curve({f}, path, {.y_range = {{2, 1}}});
        }) == "[plot] y_range is 2 to 1, wanted a lower and a higher number");
  CHECK(folder.files() == 0);
}

TEST_CASE("plot says what keeps it from drawing", "[plot]") {
  const Folder folder;
  const plot::Curve f{.name = "f, \"g\"", .x = {1, 2}, .y = {0.5, NAN}};
  CHECK(failure([&] { plot::curve({f}, folder / "no/such/x.svg"); }) ==
        "[plot] cannot write '" + (folder / "no/such/x.svg") + "': No such file or directory");
  fs::create_directory(folder / "is a folder.svg");
  CHECK(failure([&] { plot::curve({f}, folder / "is a folder.svg"); }) ==
        "[plot] cannot write '" + (folder / "is a folder.svg") + "': Is a directory");
  CHECK(folder.files() == 1);  // nothing half done beside it

  SECTION("no gnuplot: the data are left") {
    CHECK(plot::available());
    const Path none(folder / "no such folder");
    CHECK(!plot::available());
    const std::string svg = folder / "x.svg", csv = folder / "x.csv";
    CHECK(failure([&] { plot::curve({f}, svg); }) ==
          "[plot] there is no gnuplot to draw '" + svg +
              "': install Debian's package gnuplot-nox. The data are in '" + csv + "'");
    CHECK(contents(csv) == "panel,curve,x,y\n1,\"f, \"\"g\"\"\",1,0.5\n1,\"f, \"\"g\"\"\",2,nan\n");
    CHECK_THROWS_AS(plot::confusion_matrix({{1, 2}, {3, 4}}, svg, {.class_names = {"a", "b,c"}}),
                    std::runtime_error);
    CHECK(contents(csv) == "true \\ predicted,a,\"b,c\"\na,1,2\n\"b,c\",3,4\n");
    CHECK_THROWS_AS(plot::images(Tensor{{{0, 1}, {2, 3}}}, svg, {.captions = {"it"}}),
                    std::runtime_error);
    CHECK(contents(csv) == "caption,pixels\nit,0,1,2,3\n");
    CHECK(!fs::exists(svg));
    CHECK(failure([&] { plot::curve({f}, folder / "no/such/x.svg"); }) ==
          "[plot] cannot write '" + (folder / "no/such/x.csv") + "': No such file or directory");
  }
  SECTION("gnuplot fails, or leaves half a picture") {
    const auto stand_in = [&](const std::string& script) {
      std::ofstream(folder / "gnuplot") << "#!/bin/sh\n" << script;
      fs::permissions(folder / "gnuplot", fs::perms::owner_all);
    };
    const Path here(folder.path.string());
    stand_in("echo ' line 3: it is ill' >&2; exit 1\n");
    CHECK(failure([&] { plot::curve({f}, folder / "x.svg"); }) ==
          "[plot] gnuplot failed:  line 3: it is ill");
    stand_in("kill -9 $$\n");
    CHECK(failure([&] { plot::curve({f}, folder / "x.svg"); }) ==
          "[plot] gnuplot failed: it said nothing");
    stand_in("echo '<svg>'\n");
    CHECK(failure([&] { plot::curve({f}, folder / "x.svg"); }) ==
          "[plot] gnuplot left '" + (folder / "x.svg") +
              "' unfinished: is the disk of temporary files full?");
    CHECK(!fs::exists(folder / "x.svg"));
  }
  SECTION("a gnuplot without pngcairo draws PNG with its other terminal") {
    const std::string before = std::getenv("PATH");
    std::ofstream(folder / "gnuplot")
        << "#!/bin/sh\nPATH='" << before << "'\nsed \"s/'pngcairo'/'nothing'/\" | gnuplot \"$@\"\n";
    fs::permissions(folder / "gnuplot", fs::perms::owner_all);
    const Path here(folder.path.string());
    plot::curve({f}, folder / "x.png", {.title = "x"});
    CHECK(png_size(contents(folder / "x.png")) == Size{920, 680});
  }
}

}  // namespace
}  // namespace keratin
