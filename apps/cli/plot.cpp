// keratin plot: the learning curves in a CSV file.

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <keratin/plot.hpp>
#include <memory>

#include "commands.hpp"
#include "files.hpp"

namespace keratin::cli {

namespace {

struct Plot {
  std::string history, picture, title;
};

/// What History::to_csv and CSVLogger write, and any CSV file with a column "epoch", counted from
/// 0.
History read_history(const std::string& path) {
  const Table table = Table::read_csv(path);
  const Tensor epochs = read_columns(table, {"epoch"}, path);
  History history;
  std::vector<Logs> logs(table.rows());
  for (const std::string& name : table.columns()) {
    if (name == "epoch") continue;
    const Tensor values = table.numbers({name});
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (!std::isnan(values.values()[row])) logs[row][name] = values.values()[row];
  }
  for (std::size_t row = 0; row < table.rows(); ++row)
    history.append(static_cast<int>(epochs.values()[row]), logs[row]);
  return history;
}

void run(Plot& settings) {
  const History history = read_history(settings.history);
  if (settings.picture.empty())
    settings.picture = std::filesystem::path(settings.history).replace_extension(".svg").string();
  plot::history(history, settings.picture, {.title = settings.title});
  std::printf("%s: %zu epochs\n", settings.picture.c_str(), history.epoch.size());
}

}  // namespace

void add_plot(CLI::App& app) {
  auto settings = std::make_shared<Plot>();
  CLI::App* command = app.add_subcommand(
      "plot", "Draws the learning curves of a run. Needs gnuplot (Debian's package gnuplot-nox).");
  command->footer(
      "Example:\n"
      "  keratin plot history.csv --output curves.png --title 'Digits, two layers'");
  command
      ->add_option("history", settings->history,
                   "A CSV file with a column 'epoch', as History::to_csv and CSVLogger write it")
      ->required()
      ->type_name("HISTORY.csv");
  command
      ->add_option("-o,--output", settings->picture,
                   "The picture, .svg or .png (default: the CSV file's name with .svg)")
      ->type_name("FILE")
      ->check([](const std::string& path) {
        return path.ends_with(".svg") || path.ends_with(".png")
                   ? ""
                   : "'" + path + "' ends in neither .svg nor .png";
      });
  command->add_option("--title", settings->title, "A line above the curves")->type_name("TEXT");
  command->callback([settings] { run(*settings); });
}

}  // namespace keratin::cli
