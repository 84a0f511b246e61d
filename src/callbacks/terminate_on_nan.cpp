#include "keratin/callbacks/terminate_on_nan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/replicas.hpp"
#include "core/report.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

namespace {

// Of several processes, each knows its own rows. Where these meet, as in batch normalization, what
// is wrong in one shows in all: inputs come first.
std::string first_not_finite(const Model& model) {
  const std::string here = model.first_not_finite();
  Replicas* const processes = replicas();
  if (!processes) return here;
  constexpr std::size_t words = 32;
  std::array<std::uint64_t, words> mine{};
  std::memcpy(mine.data(), here.data(), std::min(here.size(), sizeof mine - 1));
  std::vector<std::uint64_t> all(processes->size() * words);
  processes->gather(mine, all);
  std::string found = here;
  for (std::size_t i = 0; i < all.size(); i += words) {
    const std::string there = reinterpret_cast<const char*>(all.data() + i);
    if (there == "the inputs") return there;
    if (found == "the loss") found = there;
  }
  return found;
}

}  // namespace

void TerminateOnNaN::on_train_batch_end(int batch, Logs& logs) {
  if (!logs.contains("loss") || std::isfinite(logs["loss"])) return;
  const std::string place = first_not_finite(model());
  check<std::runtime_error>(!options_.raise_error, "TerminateOnNaN", "the loss is ", logs["loss"],
                            " after batch ", batch,
                            "; the first values that were not finite: ", place);
  report("Batch ", batch, ": Invalid loss, terminating training\n",
         "The first values that were not finite: ", place, "\n");
  model().stop_training = true;
}

}  // namespace keratin::callbacks
