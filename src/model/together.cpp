#include "model/together.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "keratin/check.hpp"
#include "keratin/model.hpp"
#include "keratin/random.hpp"

namespace keratin {

namespace {

// FNV-1a with words of eight bytes.
std::uint64_t hash_of(const void* bytes, std::size_t size, std::uint64_t hash) {
  const auto* at = static_cast<const char*>(bytes);
  for (; size > 0; at += sizeof hash) {
    std::uint64_t word = 0;
    const std::size_t count = std::min(size, sizeof word);
    std::memcpy(&word, at, count);
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 32;
    size -= count;
    if (size == 0) break;
  }
  return hash;
}
constexpr std::uint64_t start = 0xcbf29ce484222325;

std::string description_of(const Optimizer& optimizer) {
  try {
    return concat(describe<Optimizer>(optimizer));
  } catch (const std::exception&) {
    return optimizer.name();  // a class without a list of its fields
  }
}

constexpr std::size_t most_facts = 15;
constexpr std::size_t text_words = 64;
using Text = std::array<std::uint64_t, text_words>;

}  // namespace

void Fingerprint::add_model(const Model& model, bool trains) {
  std::string layers;
  std::uint64_t values = start;
  for (const Variable* variable : model.variables()) {
    layers += concat(layers.empty() ? "" : ", ", variable->path, ' ', variable->value.shape());
    if (trains)
      values = hash_of(variable->value.data(), variable->value.size() * sizeof(float), values);
  }
  add("layers", std::move(layers));
  if (!trains) return;
  const random::Stream stream = random::state();
  add("seed", concat(stream.seed));
  add("values of the weights", concat("the hash ", values));
  add("optimizer",
      concat(description_of(model.optimizer()), " after ", model.optimizer().calls(), " steps"));
  std::uint64_t sources = start;
  for (const random::SeedGenerator* source : model.seed_generators()) {
    const random::SeedGenerator::State& at = source->state();
    const std::uint64_t words[] = {at.stream.seed, at.stream.number, at.next_block};
    sources = hash_of(words, sizeof words, sources);
  }
  add("random numbers drawn so far", concat(stream.number, " streams, in layers ", sources));
}

void Fingerprint::compare(Replicas& replicas) const {
  check<std::logic_error>(facts_.size() <= most_facts, call_, "too many facts");
  std::array<std::uint64_t, most_facts> mine{};
  for (std::size_t i = 0; i < facts_.size(); ++i)
    mine[i] = hash_of(facts_[i].text.data(), facts_[i].text.size(), start);
  std::vector<std::uint64_t> all(replicas.size() * most_facts);
  replicas.gather(mine, all);
  for (std::size_t fact = 0; fact < most_facts; ++fact)
    for (std::size_t other = 1; other < replicas.size(); ++other) {
      if (all[other * most_facts + fact] == all[fact]) continue;
      // All come here: each says what it has.
      const std::string said = fact < facts_.size() ? facts_[fact].text : "nothing";
      Text text{};
      std::memcpy(text.data(), said.data(), std::min(said.size(), sizeof text - 1));
      std::vector<std::uint64_t> texts(replicas.size() * text_words);
      replicas.gather(text, texts);
      const auto text_of = [&](std::size_t rank) {
        return reinterpret_cast<const char*>(texts.data() + rank * text_words);
      };
      throw std::runtime_error(concat(call_, ": the processes do not have the same ",
                                      fact < facts_.size() ? facts_[fact].what : "facts",
                                      ": process 0 has ", text_of(0), ", process ", other, " has ",
                                      text_of(other)));
    }
}

}  // namespace keratin
