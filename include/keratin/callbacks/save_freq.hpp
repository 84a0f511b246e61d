#pragma once

#include <string>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

/// How often something is saved: at the end of each epoch ("epoch"), or after every so many
/// batches, which are counted on across epochs.
class SaveFreq {
 public:
  /// Throws std::invalid_argument for another word, and for a number below 1.
  SaveFreq(const std::string& word);
  SaveFreq(const char* word) : SaveFreq(std::string(word)) {}
  SaveFreq(int batches);

  bool each_epoch() const { return batches_ == 0; }
  int batches() const { return batches_; }  // 0 for "epoch"

 private:
  int batches_ = 0;
};

}  // namespace callbacks
}  // namespace keratin
