// TF-Keras 2.9's summary, to the character.

#include <algorithm>
#include <iostream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "keratin/check.hpp"
#include "keratin/sequential.hpp"

namespace keratin {

namespace {

constexpr std::size_t trainable_width = 11;  // characters of the column Trainable

// Bytes of a cell that go on the next line: everything up to the first "),", "},", "]," or "',"
// among the `room` characters that fit, or all of those.
std::size_t bytes_of_line(std::string_view cell, std::size_t room) {
  const std::string_view fitting = utf8_prefix(cell, room);
  std::size_t end = fitting.size();
  for (const char* stop : {"),", "},", "],", "',"})
    if (const std::size_t at = fitting.find(stop); at != fitting.npos) end = std::min(end, at + 2);
  return end;
}

void pad(std::string& line, std::size_t width) {
  const std::size_t length = utf8_length(line);
  line.append(width > length ? width - length : 0, ' ');
}

std::string with_none(const Shape& shape) {
  std::string text = "(None";
  for (std::size_t size : shape) text += ", " + std::to_string(size);
  return text + (shape.empty() ? ",)" : ")");
}

std::string thousands(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::size_t parameters(const std::vector<Variable*>& variables) {
  std::size_t count = 0;
  for (const Variable* variable : variables) count += variable->value.size();
  return count;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

// In characters, as Python counts them: an accent that is a code point of its own counts as one.
class SummaryTable {
 public:
  explicit SummaryTable(const SummaryOptions& options);
  std::string of(const Sequential& model);

 private:
  void add_row(std::vector<std::string> cells, std::size_t level = 0);
  void add_line(std::string_view character, std::size_t level = 0);
  void add_layers(const Sequential& model, bool trainable, std::size_t level);

  const SummaryOptions& options_;
  std::size_t line_length_;
  std::vector<std::size_t> ends_;  // of the columns
  std::string text_ = {};
};

SummaryTable::SummaryTable(const SummaryOptions& options)
    : options_(options), line_length_(static_cast<std::size_t>(std::max(0, options.line_length))) {
  const std::vector<double>& positions = options.positions;
  check(options.line_length >= 1 && positions.size() == 3 && positions[0] > 0 &&
            positions[0] < positions[1] && positions[1] < positions[2],
        "summary",
        "wanted a line_length of 1 or more and three positions, each larger than the last");
  const double unit = positions.back() <= 1 ? options.line_length : 1;
  for (const double position : positions)
    ends_.push_back(static_cast<std::size_t>(unit * position));
  if (!options.show_trainable) return;
  line_length_ += trainable_width;
  ends_.push_back(line_length_);
}

// A row, over as many lines as its longest cell needs. Every column but the last keeps two blanks
// at its end. As in 2.9, the blank that starts the line is not counted in the first column's room,
// so a full first cell moves the rest by one. Inside of `level` frames, columns end so much
// earlier.
void SummaryTable::add_row(std::vector<std::string> cells, std::size_t level) {
  const auto is_empty = [](const std::string& cell) { return cell.empty(); };
  do {
    std::string line = std::string(level, '|') + ' ';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::size_t start = i == 0 ? 0 : ends_[i - 1], gap = i + 1 < cells.size() ? 2 : 0;
      const std::size_t width = ends_[i] - start, room = width > gap ? width - gap : 1;
      const std::size_t bytes = bytes_of_line(cells[i], room);
      line += cells[i].substr(0, bytes) + std::string(gap, ' ');
      pad(line, ends_[i] > level ? ends_[i] - level : 0);
      cells[i].erase(0, bytes);
    }
    text_ += line + std::string(level, '|') + '\n';
  } while (!std::all_of(cells.begin(), cells.end(), is_empty));
}

void SummaryTable::add_line(std::string_view character, std::size_t level) {
  const std::string frame(level, '|');
  const std::size_t inside = line_length_ > 2 * level ? line_length_ - 2 * level : 0;
  text_ += frame + repeated(character, inside) + frame + '\n';
}

// Behind each layer comes an empty line, except behind the last of a nested model and behind a
// frame.
void SummaryTable::add_layers(const Sequential& model, bool trainable, std::size_t level) {
  const std::size_t count = model.layers().size();
  for (std::size_t i = 0; i < count; ++i) {
    const Layer& layer = *model.layers()[i];
    const bool built = i < model.outputs_.size();
    std::vector<std::string> cells = {
        layer.name + " (" + layer.class_name() + ")", built ? with_none(model.outputs_[i]) : "?",
        built ? std::to_string(parameters(layer.variables())) : "0 (unused)"};
    const bool changes = trainable && layer.trainable;
    if (options_.show_trainable) cells.push_back(changes ? "Y" : "N");
    add_row(std::move(cells), level);
    const auto* nested = dynamic_cast<const Sequential*>(&layer);
    if (options_.expand_nested && nested && !nested->layers().empty()) {
      add_line("¯", level + 1);
      add_layers(*nested, changes, level + 1);
      add_line("¯", level);
    } else if (level == 0 || i + 1 < count) {
      add_line(" ", level);
    }
  }
}

std::string SummaryTable::of(const Sequential& model) {
  text_ = "Model: \"" + model.name + "\"\n";
  add_line("_");
  std::vector<std::string> header = {"Layer (type)", "Output Shape", "Param #"};
  if (options_.show_trainable) header.push_back("Trainable");
  add_row(std::move(header));
  add_line("=");
  add_layers(model, model.trainable, 0);
  add_line("=");
  const std::size_t total = parameters(model.variables()),
                    trainable = parameters(model.trainable_variables());
  text_ += "Total params: " + thousands(total) + "\nTrainable params: " + thousands(trainable) +
           "\nNon-trainable params: " + thousands(total - trainable) + '\n';
  add_line("_");
  return std::move(text_);
}

std::string to_string(const Sequential& model, SummaryOptions options) {
  return SummaryTable(options).of(model);
}

void Sequential::summary(SummaryOptions options) const { summary(std::cout, std::move(options)); }
void Sequential::summary(std::ostream& out, SummaryOptions options) const {
  out << to_string(*this, std::move(options)) << std::flush;
}

}  // namespace keratin
