#include "keratin/callbacks/save_freq.hpp"

#include "keratin/check.hpp"

namespace keratin::callbacks {

SaveFreq::SaveFreq(const std::string& word) {
  check(word == "epoch", "save_freq", "got '", word, "', wanted 'epoch' or a number of batches");
}

SaveFreq::SaveFreq(int batches) : batches_(batches) {
  check(batches >= 1, "save_freq", "got ", batches, ", wanted 'epoch' or 1 batch or more");
}

}  // namespace keratin::callbacks
