// summary() counts characters.

#include "keratin/layers.hpp"
#include "keratin/sequential.hpp"
#include "support/catch.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

// The lines of the table that hold `part`.
std::string lines_with(const std::string& text, const std::string& part) {
  std::string found;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const std::string line = text.substr(start, end - start);
    if (line.find(part) != std::string::npos) found += line + '\n';
    start = end + 1;
  }
  return found;
}

}  // namespace

TEST_CASE("summary aligns names of any script by characters", "[summary]") {
  const Sequential model({Input({2}), Dense(3, {.name = "größe"}), Dense(1, {.name = "日本語"})});
  const std::string text = to_string(model);
  CHECK(lines_with(text, "größe") ==
        " größe (Dense)               (None, 3)                 9         \n");
  CHECK(lines_with(text, "日本語") ==
        " 日本語 (Dense)                 (None, 1)                 4         \n");
}

TEST_CASE("summary never cuts a character", "[summary]") {
  std::string name;
  for (int i = 0; i < 30; ++i) name += "ß";
  const Sequential model({Input({2}), Dense(3, {.name = name})});
  const std::string text = to_string(model), first_27 = name.substr(0, 54);
  CHECK(lines_with(text, first_27) == " " + first_27 + "  (None, 3)                9         \n");
  CHECK(lines_with(text, " (Dense)") == " ßßß (Dense)" + std::string(53, ' ') + "\n");
}
