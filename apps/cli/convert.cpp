// keratin convert: a model in another format.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "files.hpp"

namespace keratin::cli {

namespace {

struct Convert {
  std::string from, to, weights;
  bool no_compile = false;
};

const std::vector<std::string> formats = {".keras", ".onnx", ".safetensors", ".weights.h5",
                                          ".json"};

// What stood at `path` is kept until the text is on the disk.
void write_text(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".part";
  std::FILE* const file = std::fopen(unfinished.c_str(), "wb");
  bool ok = file != nullptr;
  if (file) {
    ok = std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0 &&
         fsync(fileno(file)) == 0;
    ok = std::fclose(file) == 0 && ok;
  }
  if (ok && std::rename(unfinished.c_str(), path.c_str()) == 0) return;
  const std::string reason = std::strerror(errno);
  if (file) std::remove(unfinished.c_str());
  refuse("cannot write '" + path + "': " + reason);
}

void run(const Convert& settings) {
  if (std::filesystem::exists(settings.to) &&
      std::filesystem::equivalent(settings.from, settings.to))
    refuse("'" + settings.to + "' is both what is read and what is written");
  Sequential model = load_model(settings.from, !settings.no_compile);
  if (!settings.weights.empty()) model.load_weights(settings.weights);
  if (settings.to.ends_with(".keras"))
    model.save(settings.to);
  else if (settings.to.ends_with(".onnx"))
    saving::export_onnx(model, settings.to);
  else if (settings.to.ends_with(".json"))
    write_text(settings.to, model.to_json());
  else
    model.save_weights(settings.to);
}

}  // namespace

void add_convert(CLI::App& app) {
  auto settings = std::make_shared<Convert>();
  CLI::App* command = app.add_subcommand("convert", "Writes a model in another format.");
  command->footer(
      "The ending of OUT says what is written:\n"
      "  .keras        layers, weights, compile arguments, the optimizer's state\n"
      "  .onnx         layers and weights, for other runtimes\n"
      "  .safetensors  weights and the optimizer's state, by name\n"
      "  .weights.h5   weights and the optimizer's state, as Keras writes them\n"
      "  .json         layers and compile arguments\n"
      "Examples:\n"
      "  keratin convert digits.keras digits.onnx\n"
      "  keratin convert old.h5 new.keras\n"
      "  keratin convert digits.keras tuned.keras --weights epoch20.safetensors");
  command->add_option("from", settings->from, "A .keras, .h5 or .onnx file")
      ->required()
      ->type_name("MODEL");
  command->add_option("to", settings->to, "The file to write, or to replace")
      ->required()
      ->type_name("OUT")
      ->check([](const std::string& path) {
        return ends_with(path, formats)
                   ? ""
                   : "'" + path + "' ends in none of " +
                         joined(formats, [](const std::string& ending) { return ending; });
      });
  command
      ->add_option("--weights", settings->weights,
                   "Take the weights from this .safetensors, .weights.h5 or .keras file")
      ->type_name("FILE");
  command->add_flag("--no-compile", settings->no_compile,
                    "Leave out the compile arguments and the optimizer's state");
  command->callback([settings] { run(*settings); });
}

}  // namespace keratin::cli
