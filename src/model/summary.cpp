// TF-Keras 2.9's summary, to the character.

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "core/text.hpp"
#include "keratin/sequential.hpp"

namespace keratin {

namespace {

// In characters, as Python counts them: an accent that is a code point of its own counts as one.
constexpr std::size_t column_ends[] = {29, 55, 65};
constexpr std::size_t line_length = 65;

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

// One row, over as many lines as its longest cell needs. Every column but the last keeps two blanks
// at its end. As in 2.9, the blank that starts the line is not counted in the first column's room,
// so a full first cell moves the rest by one.
std::string row(std::array<std::string, 3> cells) {
  std::string text;
  do {
    std::string line = " ";
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t start = i == 0 ? 0 : column_ends[i - 1], gap = i < 2 ? 2 : 0;
      const std::size_t bytes = bytes_of_line(cells[i], column_ends[i] - start - gap);
      line += cells[i].substr(0, bytes) + std::string(gap, ' ');
      pad(line, column_ends[i]);
      cells[i].erase(0, bytes);
    }
    text += line + '\n';
  } while (!(cells[0].empty() && cells[1].empty() && cells[2].empty()));
  return text;
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

}  // namespace

std::string to_string(const Sequential& model) {
  std::string text = "Model: \"" + model.name + "\"\n" + std::string(line_length, '_') + '\n';
  text += row({"Layer (type)", "Output Shape", "Param #"}) + std::string(line_length, '=') + '\n';
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    const Layer& layer = model.get_layer(i);
    const bool built = i < model.outputs_.size();
    text += row({layer.name + " (" + layer.class_name() + ")",
                 built ? with_none(model.outputs_[i]) : "?",
                 built ? std::to_string(parameters(layer.variables())) : "0 (unused)"});
    text += std::string(line_length, ' ') + '\n';
  }
  const std::size_t total = parameters(model.variables()),
                    trainable = parameters(model.trainable_variables());
  return text + std::string(line_length, '=') + "\nTotal params: " + thousands(total) +
         "\nTrainable params: " + thousands(trainable) +
         "\nNon-trainable params: " + thousands(total - trainable) + '\n' +
         std::string(line_length, '_') + '\n';
}

void Sequential::summary() const { summary(std::cout); }
void Sequential::summary(std::ostream& out) const { out << to_string(*this) << std::flush; }

}  // namespace keratin
