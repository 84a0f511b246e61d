// The strings were printed by TF-Keras 2.9's own Progbar under a clock that the recording
// controlled.

#include <limits>

#include "callbacks/progress_bar.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"

using namespace keratin;

namespace {

struct Screen {
  double now = 0;
  std::string text;
  ProgressBar bar(std::optional<long> steps, int verbose, bool terminal) {
    return ProgressBar(
        steps, verbose, terminal, [this] { return now; },
        [this](const std::string& more) { text += more; });
  }
};

Logs logs(std::initializer_list<std::pair<const char*, double>> entries) {
  Logs logs;
  for (const auto& [name, value] : entries) logs[name] = value;
  return logs;
}

std::string last_line(const std::string& text) { return text.substr(text.rfind('\r') + 1); }

}  // namespace

TEST_CASE("the bar on a terminal", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(235, 1, true);
  screen.now = 0.3;
  bar.update(1, logs({{"loss", 0.1455}, {"acc", 0.9597}}));
  CHECK(screen.text ==
        "\r  1/235 [..............................] - ETA: 1:10 - loss: 0.1455 - acc: 0.9597");

  screen.text.clear();
  screen.now = 0.88;
  bar.update(117, logs({{"loss", 0.1455}, {"acc", 0.9597}}));
  CHECK(last_line(screen.text) ==
        "117/235 [=============>................] - ETA: 0s - loss: 0.1455 - acc: 0.9597  ");
  CHECK(screen.text.substr(0, 80) == std::string(80, '\b'));

  screen.text.clear();
  screen.now = 0.92;  // less than 0.05 s later: nothing
  bar.update(118, logs({{"loss", 0.1455}, {"acc", 0.9597}}));
  CHECK(screen.text.empty());

  screen.now = 1.47;
  bar.update(235,
             logs({{"loss", 0.1455}, {"acc", 0.9597}, {"val_loss", 0.4151}, {"val_acc", 0.9344}}),
             true);
  CHECK(last_line(screen.text) ==
        "235/235 [==============================] - 1s 5ms/step - loss: 0.1455 - acc: 0.9597 - "
        "val_loss: 0.4151 - val_acc: 0.9344\n");
}

TEST_CASE("long waits and odd values", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(10, 1, true);
  screen.now = 1;
  bar.update(1, {});
  screen.now = 100;
  bar.update(2, logs({{"loss", 12.34567}, {"acc", 1.234e-4}}));
  CHECK(last_line(screen.text) ==
        " 2/10 [=====>........................] - ETA: 13:12 - loss: 12.3457 - acc: 1.2340e-04");
  screen.text.clear();
  screen.now = 1 + 4 * 1499.6;
  bar.update(5, {});
  CHECK(last_line(screen.text).substr(0, 53) ==
        " 5/10 [==============>...............] - ETA: 2:04:58");

  Screen fast;
  ProgressBar quick = fast.bar(1875, 1, true);
  fast.now = 0.0001;
  quick.update(1, {});
  fast.now = 0.1;
  quick.update(
      1875,
      logs({{"loss", std::numeric_limits<double>::quiet_NaN()}, {"acc", 1234567.891}, {"zero", 0}}),
      true);
  CHECK(last_line(fast.text) ==
        "1875/1875 [==============================] - 0s 53us/step - loss: nan - acc: 1234567.8910 "
        "- zero: 0.0000e+00\n");
}

TEST_CASE("elsewhere than on a terminal there is one line an epoch", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(3, 1, false);
  for (int step = 1; step <= 3; ++step) bar.update(step, logs({{"loss", 0.5}}));
  CHECK(screen.text.empty());
  bar.update(3, logs({{"loss", 0.5}}), true);
  CHECK(screen.text == "3/3 [==============================] - 0s 0s/step - loss: 0.5000\n");
}

TEST_CASE("verbose 2 is one line an epoch, verbose 0 nothing", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(3, 2, true);
  screen.now = 600e-6;
  bar.update(3, logs({{"loss", 1e-3}, {"acc", -5e-4}}), true);
  CHECK(screen.text ==
        "3/3 - 0s - loss: 1.0000e-03 - acc: -5.0000e-04 - 600us/epoch - 200us/step\n");
  Screen silent;
  silent.bar(3, 0, true).update(3, logs({{"loss", 1}}), true);
  CHECK(silent.text.empty());
}

TEST_CASE("a run that stops early shows how far it came", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(10, 1, false);
  bar.update(1, {});
  screen.now = 1;
  bar.update(4, logs({{"loss", 2}}), true);
  CHECK(screen.text == " 4/10 [===========>..................] - 1s 333ms/step - loss: 2.0000\n");
}

TEST_CASE("an unknown number of steps is counted until it is known", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(std::nullopt, 1, true);
  screen.now = 0.2;
  bar.update(1, logs({{"loss", 0.75}}));
  CHECK(screen.text == "\r      1/Unknown - 0s 200ms/step - loss: 0.7500");
  screen.now = 1;
  bar.update(5, logs({{"loss", 0.5}}));
  CHECK(last_line(screen.text) == "      5/Unknown - 1s 200ms/step - loss: 0.5000");
  screen.now = 1.2;
  bar.update(5, logs({{"loss", 0.5}, {"val_loss", 0.25}}), true);
  CHECK(last_line(screen.text) ==
        "5/5 [==============================] - 1s 250ms/step - loss: 0.5000 - val_loss: 0.2500\n");

  Screen lines;
  ProgressBar line = lines.bar(std::nullopt, 2, true);
  line.update(1, {});
  lines.now = 2;
  line.update(4, logs({{"loss", 0.5}}), true);
  CHECK(lines.text == "4/4 - 2s - loss: 0.5000 - 2s/epoch - 500ms/step\n");
}

TEST_CASE("more steps than an int can count", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(6'000'000'000, 1, false);
  screen.now = 1;
  bar.update(3'000'000'000, {});
  screen.now = 2;
  bar.update(3'000'000'000, {}, true);
  CHECK(screen.text == "3000000000/6000000000 [==============>...............] - 2s 0us/step\n");
}

TEST_CASE("no steps at all", "[progress]") {
  Screen bar, line;
  bar.bar(0, 1, false).update(0, {}, true);
  CHECK(bar.text == "0/0 [..............................] - 0s 0s/step\n");
  line.bar(0, 2, false).update(0, {}, true);
  CHECK(line.text == "0/0 - 0s - 0s/epoch - 0s/step\n");
  CHECK_THROWS_WITH(line.bar(-1, 1, false), "[progress_bar] cannot count to -1 steps");
}

TEST_CASE("the bar has decimal points under every locale", "[progress]") {
  const test::CommaLocale commas;
  Screen screen;
  screen.bar(2000, 1, true).update(2000, logs({{"loss", 1234.5}, {"acc", 1e-5}}), true);
  CHECK(screen.text ==
        "\r2000/2000 [==============================] - 0s 0s/step - loss: 1234.5000 - acc: "
        "1.0000e-05\n");
}

TEST_CASE("a line of any script is overwritten by characters", "[progress]") {
  Screen screen;
  ProgressBar bar = screen.bar(2, 1, true);
  screen.now = 1;
  bar.update(1, logs({{"größe", 1}}));
  screen.text.clear();
  screen.now = 2;
  bar.update(2, {});
  const std::string first = "1/2 [==============>...............] - ETA: 1s - größe: 1.0000";
  const std::string second = "2/2 [==============================] - ETA: 0s";
  const std::size_t characters = first.size() - 2;  // ö and ß take two bytes each
  CHECK(screen.text == std::string(characters, '\b') + '\r' + second +
                           std::string(characters - second.size(), ' '));
}
