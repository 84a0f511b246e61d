// keratin: looks at, uses and converts saved models.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <keratin/keratin.hpp>

#include "commands.hpp"

using namespace keratin;

namespace {

constexpr int input_error = 1, usage_error = 2;

/// "keratin predict", or "keratin" before a subcommand is known.
std::string called_as(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "keratin" : "keratin " + commands.front()->get_name();
}

std::vector<std::string> command_names(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// Whether the first argument is an option or a command. If not, says what it might be.
bool has_command(CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> names = command_names(app);
  const std::string first = argc < 2 ? "" : argv[1];
  if (first.starts_with('-') || std::find(names.begin(), names.end(), first) != names.end())
    return true;
  std::fprintf(stderr, "keratin: got %s, wanted one of %s (see keratin --help)\n",
               argc < 2 ? "no command" : ("'" + first + "'").c_str(),
               joined(names, [](const std::string& name) { return name; }).c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Looks at, uses and converts models that were saved by keratin or Keras.\n"
      "A MODEL is a .keras archive, a legacy .h5 file or an .onnx file.",
      "keratin");
  app.footer(
      "Exit codes: 0 done, 1 a file or a value in it is not as it has to be, 2 wrong arguments.\n"
      "keratin COMMAND --help shows a command's options and examples.");
  app.set_version_flag(
      "--version", [] { return to_string(utils::system_info()); },
      "Print keratin's version and what it runs on, for bug reports");
  app.option_defaults()->always_capture_default();
  cli::add_summary(app);
  cli::add_predict(app);
  cli::add_evaluate(app);
  cli::add_convert(app);
  cli::add_plot(app);
  try {
    if (!has_command(app, argc, argv)) return usage_error;
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write to stdout");
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const std::string name = called_as(app);
    std::fprintf(stderr, "%s: %s (see %s --help)\n", name.c_str(), error.what(), name.c_str());
    return usage_error;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", called_as(app).c_str(), error.what());
    return input_error;
  }
}
