#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {

class GrowingFile;

namespace callbacks {

struct CSVLoggerOptions {
  std::string separator = ",";  // one character
  bool append = false;          // to what an earlier run has written, without another header
};

/// Writes the logs of each epoch as a line of a CSV file, byte for byte as Keras does: columns
/// `epoch`, counted from 0, and the names logged in the first epoch in alphabetical order; if there
/// is no validation among them, one val_ column for each; NA for what is not logged; CRLF at the
/// end of a line. Each line is in the file as soon as its epoch ends.
class CSVLogger : public Callback {
 public:
  /// Throws std::invalid_argument for a separator of another length than 1.
  explicit CSVLogger(std::string filename, CSVLoggerOptions options = {});
  CSVLogger(CSVLogger&&) noexcept;
  ~CSVLogger() override;

  // These throw std::runtime_error if the file cannot be written, which ends the fit. It then has
  // whole lines, those of earlier epochs.
  bool only_reports() const override { return true; }
  void on_train_begin(Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  CallbackState get_state() const override;
  /// Cuts off what was written after that state.
  void set_state(const CallbackState& state) override;

 private:
  void write(std::string_view lines);
  std::string line(std::string first, const std::vector<std::string>& others) const;

  std::string filename_;
  CSVLoggerOptions options_;
  std::unique_ptr<GrowingFile> file_;  // null outside of fit
  bool begun_ = false;                 // whether the file has only what belongs to this fit
  bool writes_header_ = true;
  std::optional<std::vector<std::string>> names_;  // of the columns behind `epoch`
};

}  // namespace callbacks
}  // namespace keratin
