#include "saving/optimizer_state.hpp"

#include <algorithm>

namespace keratin {

std::vector<SlotPlace> slot_places(const Optimizer& optimizer,
                                   std::span<Variable* const> variables) {
  struct Numbered {
    int pass;
    SlotPlace place;
  };
  std::vector<Numbered> all;
  for (const Variable* variable : variables)
    for (const Optimizer::Slot& slot : optimizer.all_slots_of(*variable))
      all.push_back(
          {slot.pass, {variable, slot.name, slot.shape.value_or(variable->value.shape())}});
  std::stable_sort(all.begin(), all.end(),
                   [](const Numbered& a, const Numbered& b) { return a.pass < b.pass; });
  std::vector<SlotPlace> places;
  for (Numbered& numbered : all) places.push_back(std::move(numbered.place));
  return places;
}

void set_stored_learning_rate(Optimizer& optimizer, float stored) {
  if (!optimizer.has_schedule() && static_cast<float>(optimizer.learning_rate()) != stored)
    optimizer.set_learning_rate(stored);
}

}  // namespace keratin
