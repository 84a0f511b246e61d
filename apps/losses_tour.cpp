// The documents on loss functions as a program: their samples beside the values they give, and
// pictures of every loss.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "losses_page.hpp"
#include "losses_samples.hpp"

namespace {

/// Prints the samples and returns how many are off.
int try_samples() {
  int off = 0;
  std::printf("%-34s %-24s %-38s %-24s %s\n", "loss", "y_true", "y_pred", "documents", "keratin");
  for (const Sample& sample : documents_samples()) {
    const Outcome outcome = try_sample(sample);
    off += !outcome.right;
    std::printf("%-34s %-24s %-38s %-24s %s%s\n", sample.call.c_str(), outcome.y_true.c_str(),
                outcome.y_pred.c_str(), outcome.documents.c_str(), outcome.keratin.c_str(),
                outcome.right ? "" : "  <- off");
    if (!outcome.sample_weight.empty())
      std::printf("  with sample_weight %s\n", outcome.sample_weight.c_str());
  }
  return off;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  CLI::App app(
      "Prints the samples of the documents on Keras's losses beside the values they give. Exit "
      "code 1 if one is off.");
  app.add_option("--pictures", folder,
                 "Also draw every loss and its gradient, and leave the pictures and a page of them "
                 "(index.html, which needs no other file) in this folder (needs gnuplot)")
      ->type_name("DIR");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    std::fprintf(stderr, "losses_tour: %s (see --help)\n", error.what());
    return 1;
  }
  try {
    const int off = try_samples();
    if (off == 0)
      std::printf("\nAll %zu are the documents' values.\n", documents_samples().size());
    else
      std::fprintf(stderr, "losses_tour: %d of %zu samples are off\n", off,
                   documents_samples().size());
    if (!folder.empty()) {
      write_page(folder);
      std::printf("Pictures: index.html and its SVGs in %s\n", folder.c_str());
    }
    return off == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "losses_tour: %s\n", error.what());
    return 1;
  }
}
