// keratin summary: the layers of a model.

#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "files.hpp"

namespace keratin::cli {

namespace {

struct Summary {
  std::string model;
  SummaryOptions options;
};

void run(const Summary& settings) {
  const Sequential model = load_model(settings.model, /*compile=*/false);
  std::printf("%s", to_string(model, settings.options).c_str());
}

}  // namespace

void add_summary(CLI::App& app) {
  auto settings = std::make_shared<Summary>();
  CLI::App* command =
      app.add_subcommand("summary", "Prints a model's layers, output shapes and parameters.");
  command->footer("Example:\n  keratin summary digits.keras --show-trainable");
  add_model(*command, settings->model);
  command->add_flag("--expand-nested", settings->options.expand_nested,
                    "Also the layers of models inside");
  command->add_flag("--show-trainable", settings->options.show_trainable,
                    "A column that tells which layers training changes");
  command->add_option("--line-length", settings->options.line_length, "Characters in a line")
      ->type_name("N")
      ->check(CLI::Range(40, 1000));
  command->callback([settings] { run(*settings); });
}

}  // namespace keratin::cli
