// Logs and History: what they hold, in which order, and as files.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "keratin/logs.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"

using namespace keratin;

namespace {

namespace fs = std::filesystem;

Logs logs(std::initializer_list<std::pair<const char*, double>> entries) {
  Logs all;
  for (const auto& [name, value] : entries) all[name] = value;
  return all;
}

// A fit from epoch 2 on, validated after every second epoch.
History some_history() {
  History history;
  history.append(2, logs({{"loss", 0.5}, {"acc", 0.25}}));
  history.append(3, logs({{"loss", 0.25}, {"acc", 0.5}, {"val_loss", 0.75}}));
  history.append(4, logs({{"loss", 0.125}, {"acc", NAN}}));
  history.append(5, logs({{"loss", HUGE_VAL}, {"acc", 0.625}, {"val_loss", 1e-5}}));
  return history;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A folder of its own, gone at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() /
                  ("keratin_logs_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("logs keep the order in which they were logged", "[logs]") {
  Logs some = logs({{"loss", 1}, {"acc", 2}});
  some["loss"] = 3;
  std::string seen;
  for (const auto& [name, value] : some) seen += name + std::to_string(static_cast<int>(value));
  CHECK(seen == "loss3acc2");
  CHECK(some.size() == 2);
  CHECK(some.contains("acc"));
  CHECK_FALSE(some.contains("ac"));
  CHECK_THROWS_WITH(std::as_const(some)["val_loss"],
                    "[logs] there is no 'val_loss' among: loss, acc");
}

TEST_CASE("logs of a temporary are not added to", "[logs]") {
  const auto evaluate = [] { return logs({{"loss", 1}, {"acc", 2}}); };
  CHECK(evaluate()["acc"] == 2);
  CHECK_THROWS_WITH(evaluate()["accuracy"], "[logs] there is no 'accuracy' among: loss, acc");
  std::string names;
  for (const auto& entry : evaluate()) names += entry.first;
  CHECK(names == "lossacc");
}

TEST_CASE("a history knows the epochs of each series", "[logs]") {
  const History history = some_history();
  CHECK(history.epoch == std::vector<int>{2, 3, 4, 5});
  CHECK(history.epochs("loss") == std::vector<int>{2, 3, 4, 5});
  CHECK(history["val_loss"] == std::vector<double>{0.75, 1e-5});
  CHECK(history.epochs("val_loss") == std::vector<int>{3, 5});
  std::string names;
  for (const auto& [name, values] : history.history) names += name + std::to_string(values.size());
  CHECK(names == "loss4acc4val_loss2");
  CHECK(history.history.size() == 3);
  CHECK_FALSE(history.history.contains("val_acc"));
  CHECK_THROWS_WITH(history["val_acc"],
                    "[history] there is no 'val_acc' among: loss, acc, val_loss");
  CHECK_THROWS_WITH(history.epochs("val_acc"),
                    "[history] there is no 'val_acc' among: loss, acc, val_loss");
}

TEST_CASE("epochs are appended in order", "[logs]") {
  History history = some_history();
  CHECK_THROWS_WITH(history.append(5, {}), "[history] epoch 5 cannot come after epoch 5");
  history.append(6, {});
  CHECK(history.epoch.back() == 6);
  CHECK(history.epochs("loss").back() == 5);
}

TEST_CASE("the series of a temporary history outlive it", "[logs]") {
  double sum = 0;
  for (double value : some_history()["val_loss"]) sum += value;
  CHECK(sum == Approx(0.75001));
  for (double value : some_history().history["val_loss"]) sum -= value;
  CHECK(std::abs(sum) < 1e-12);
  int last = 0;
  for (int epoch : some_history().epochs("acc")) last = epoch;
  CHECK(last == 5);
  std::string names;
  for (const auto& [name, values] : some_history().history) names += name;
  CHECK(names == "lossaccval_loss");
}

TEST_CASE("a history is written as CSV and JSON", "[logs]") {
  const Folder folder;
  const test::CommaLocale commas;
  const std::string csv = folder.path / "history.csv", json = folder.path / "history.json";
  some_history().to_csv(csv);
  CHECK(contents(csv) ==
        "epoch,loss,acc,val_loss\n2,0.5,0.25,\n3,0.25,0.5,0.75\n4,0.125,nan,\n5,inf,0.625,1e-05\n");
  some_history().to_json(json);
  CHECK(contents(json) ==
        "{\n  \"epoch\": [2, 3, 4, 5],\n  \"loss\": [0.5, 0.25, 0.125, null],\n"
        "  \"acc\": [0.25, 0.5, null, 0.625],\n  \"val_loss\": [null, 0.75, null, 1e-05]\n}\n");

  History named;
  named.append(0, logs({{"a,\"b\"", 1}}));
  named.to_csv(csv);  // replaces the file
  CHECK(contents(csv) == "epoch,\"a,\"\"b\"\"\"\n0,1\n");
  named.to_json(json);
  CHECK(contents(json) == "{\n  \"epoch\": [0],\n  \"a,\\\"b\\\"\": [1]\n}\n");

  History().to_csv(csv);
  CHECK(contents(csv) == "epoch\n");
  History().to_json(json);
  CHECK(contents(json) == "{\n  \"epoch\": []\n}\n");
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 2);
}

TEST_CASE("a history that cannot be written", "[logs][messages]") {
  const Folder folder;
  const std::string nowhere = folder.path / "no" / "such.csv";
  CHECK_THROWS_WITH(some_history().to_csv(nowhere),
                    "[history] cannot write '" + nowhere + "': No such file or directory");
  CHECK_THROWS_WITH(some_history().to_json(folder.path.string()),
                    "[history] cannot write '" + folder.path.string() + "': Is a directory");
  History clash;
  clash.append(0, logs({{"epoch", 1}}));
  CHECK_THROWS_WITH(clash.to_csv(nowhere),
                    "[history] a series is named 'epoch', like the column of epochs");
  CHECK_THROWS_WITH(clash.to_json(nowhere),
                    "[history] a series is named 'epoch', like the column of epochs");
}
