#include "plot/gnuplot.hpp"

namespace keratin::plot {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : clean(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

/// gnuplot names every curve gnuplot_plot_1a or the like, which browsers show under the pointer.
void drop_made_up_titles(std::string& svg) {
  const std::string_view start = "<title>gnuplot_plot_", end = "</title>";
  for (std::size_t at = svg.find(start); at != std::string::npos; at = svg.find(start, at))
    svg.erase(at, svg.find(end, at) + end.size() - at);
}

void drop_empty_groups(std::string& svg) {
  const std::string_view end = ">\n</g>\n";
  for (std::size_t at = svg.find(end); at != std::string::npos; at = svg.find(end, at)) {
    const std::size_t start = svg.rfind('\n', at) + 1;
    const bool empty = svg.compare(start, 2, "<g") == 0 && svg.find('>', start) == at;
    if (empty) svg.erase(start, at + end.size() - start);
    at = empty ? start : at + end.size();
  }
}

}  // namespace

std::string tidy(std::string svg, const std::string& title) {
  const std::string_view fill = R"( fill="none" color="black")",
                         stroke = R"( stroke="currentColor" stroke-width="1.00")",
                         line = R"( stroke-linecap="butt" stroke-linejoin="miter")",
                         font = R"( font-family="sans-serif" font-size="12.00" )",
                         canvas = R"(<g id="gnuplot_canvas")";
  for (std::string_view usual : {fill, stroke, line, font}) replace_all(svg, usual, "");
  replace_all(svg, canvas, concat(canvas, fill, stroke, line, font));
  replace_all(svg, R"(<rect x="0" y="0")", R"(<rect stroke="none" x="0" y="0")");  // the background
  drop_empty_groups(svg);
  drop_made_up_titles(svg);
  replace_all(svg, "<title>Gnuplot</title>",
              title.empty() ? "" : "<title>" + escaped(title) + "</title>");
  return svg;
}

}  // namespace keratin::plot
