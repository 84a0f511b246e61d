#pragma once
// The subcommands of the program `keratin`: each adds itself, its options and what it does.

#include <CLI/CLI.hpp>

namespace keratin::cli {

void add_summary(CLI::App& app);
void add_predict(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_convert(CLI::App& app);
void add_plot(CLI::App& app);

}  // namespace keratin::cli
