#include "losses_page.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "losses_gallery.hpp"
#include "losses_samples.hpp"
#include "mathml.hpp"

using namespace keratin;

namespace {

const char* const style = R"(
  :root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #666; --line: #ddd; --link: #0057a8; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e4e4; --paper: #161616; --faint: #a0a0a0; --line: #3a3a3a; --link: #7ab8ff; }
    figure svg { filter: invert(0.914) hue-rotate(180deg); }
  }
  body { margin: 0 auto; padding: 1.5rem; max-width: 66rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  a { color: var(--link); }
  h1, h2, h3 { line-height: 1.2; }
  h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: 0.3rem; }
  h3 { margin: 0 0 0.2rem; }
  code { font-size: 0.92em; }
  nav ul { columns: 18rem; list-style: none; padding: 0; margin: 0.3rem 0 1rem; }
  nav h2 { margin: 1rem 0 0; border: 0; font-size: 1rem; }
  section.loss { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 460px); gap: 0 2rem; margin: 2.5rem 0; align-items: start; }
  @media (max-width: 52rem) { section.loss { grid-template-columns: minmax(0, 1fr); } }
  figure { margin: 0; }
  figure svg { display: block; width: 100%; height: auto; }
  figcaption, .names { color: var(--faint); font-size: 0.9rem; }
  .formula { margin: 0.8rem 0; padding: 0.3rem 0; font-size: 1.15rem; overflow-x: auto; overflow-y: hidden; }
  math, mi { font-family: "STIX Two Text", "Times New Roman", "Liberation Serif", Times, serif; }
  mi { text-transform: none; font-style: italic; }
  mi.word { font-style: normal; }
  mo.sum { font-size: 1.35em; }
  .table { overflow-x: auto; }
  table { border-collapse: collapse; font-size: 0.85rem; }
  th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
)";

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// For the middle of a page: no XML declaration, and ids of its own.
std::string inline_svg(std::string svg, const std::string& id) {
  svg.erase(0, svg.find("<svg"));
  replace_all(svg, "<svg", "<svg role=\"img\"");
  for (const char* stock : {"gpDot", "gpPt", "gnuplot_", "textbox", "greybox"})
    replace_all(svg, stock, id + '-' + stock);
  return svg;
}

std::string samples_table() {
  std::string rows;
  for (const Sample& sample : documents_samples()) {
    const Outcome outcome = try_sample(sample);
    const std::string weight =
        outcome.sample_weight.empty() ? "" : ", sample_weight " + outcome.sample_weight;
    rows += "<tr><td><code>" + html(sample.call) + "</code>" + html(weight) + "</td><td>" +
            html(outcome.y_true) + "</td><td>" + html(outcome.y_pred) + "</td><td>" +
            html(outcome.documents) + "</td><td>" + html(outcome.keratin) +
            (outcome.right ? "" : " ✗") + "</td></tr>\n";
  }
  return "<div "
         "class=\"table\"><table>\n<tr><th>loss</th><th>y_true</th><th>y_pred</th><th>documents</"
         "th><th>keratin</th></tr>\n" +
         rows + "</table></div>\n";
}

std::string formulas(const Exhibit& exhibit) {
  std::string text;
  for (const std::string& formula : exhibit.formulas)
    text += "<div class=\"formula\">" + mathml(formula) + "</div>\n";
  return text;
}

std::string section(const Exhibit& exhibit, const std::string& svg) {
  std::string setting = html(exhibit.setting);
  replace_all(setting, " = ", "&nbsp;=&nbsp;");
  return "<section class=\"loss\" id=\"" + exhibit.function + "\">\n<div>\n<h3>" + exhibit.name +
         "</h3>\n<p class=\"names\"><code>losses::" + exhibit.name +
         "</code>, <code>losses::" + exhibit.function + "</code></p>\n<p>" +
         html(exhibit.sentence) + "</p>\n" + formulas(exhibit) + "</div>\n<figure>\n" +
         inline_svg(svg, exhibit.function) + "<figcaption>" + setting +
         "</figcaption>\n</figure>\n</section>\n";
}

}  // namespace

void write_page(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw std::runtime_error("cannot make the folder '" + folder +
                             "': " + (error ? error.message() : "a file is in its place"));
  const auto in_folder = [&](const std::string& name) {
    return (std::filesystem::path(folder) / name).string();
  };

  std::string contents_list, body;
  std::vector<plot::Panel> sheet;
  for (const Family& family : gallery()) {
    contents_list += "<h2>" + family.name + "</h2>\n<ul>\n";
    body += "<h2>" + family.name + "</h2>\n";
    for (const Exhibit& exhibit : family.exhibits) {
      const std::string path = in_folder(exhibit.function + ".svg");
      const plot::Panel drawn = panel(exhibit);
      plot::panels({drawn}, path);
      contents_list += "<li><a href=\"#" + exhibit.function + "\">" + exhibit.name + "</a></li>\n";
      body += section(exhibit, contents(path));
      for (const char* chosen :
           {"MeanSquaredError", "MeanAbsoluteError", "Huber", "CategoricalCrossentropy"})
        if (exhibit.name == chosen) sheet.push_back(drawn);
    }
    contents_list += "</ul>\n";
  }
  plot::panels(sheet, in_folder("losses.svg"));

  std::ofstream page(in_folder("index.html"), std::ios::binary);
  page
      << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width\">\n"
         "<title>The losses of keratin</title>\n<style>"
      << style
      << "</style>\n</head>\n<body>\n<h1>The losses of keratin</h1>\n<p>Keras’s losses, drawn over "
         "one number of the prediction: the loss, and its gradient as the tape computes it. Where "
         "the gradient jumps, a dot shows what it is there. In the formulas <i>y</i> is y_true, "
         "<i>ŷ</i> is y_pred, a sum runs over the last axis, and <i>ε</i> is 1e-7.</p>\n<nav>\n"
      << contents_list << "<h2><a href=\"#samples\">The documents’ samples</a></h2>\n</nav>\n"
      << body << "<h2 id=\"samples\">The documents’ samples</h2>\n"
      << samples_table() << "</body>\n</html>\n";
  page.close();
  if (!page) throw std::runtime_error("cannot write '" + in_folder("index.html") + "'");
}
