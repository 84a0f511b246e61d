#include "model/feed.hpp"

#include <algorithm>
#include <utility>

#include "core/exact_numbers.hpp"
#include "keratin/check.hpp"

namespace keratin {

void DatasetFeed::begin_pass() {
  pass_.emplace(data_.iterator());
  remaining_ = data_.size();
  has_ahead_ = false;
}

void DatasetFeed::read(Batch& batch) {
  check<std::runtime_error>(pass_->next(batch), "dataset", "ended before its size of ",
                            data_.size().value_or(0), " batches");
  if (remaining_) --*remaining_;
}

bool DatasetFeed::has_next() {
  if (!pass_) begin_pass();
  if (has_ahead_) return true;
  if (remaining_) return *remaining_ > 0;
  has_ahead_ = pass_->next(ahead_);
  return has_ahead_;
}

const Batch& DatasetFeed::peek() {
  check(has_next(), "dataset", "has no batches");
  if (!has_ahead_) read(ahead_);
  has_ahead_ = true;
  return ahead_;
}

void DatasetFeed::next(Batch& batch) {
  if (has_ahead_)
    std::swap(batch, ahead_);
  else
    read(batch);
  has_ahead_ = false;
  if (!sample_) return;
  const Shape wanted = sample_->with_batch(batch.x.shape().empty() ? 0 : batch.x.shape().front());
  if (batch.x.shape() == wanted) return;
  check_sample("dataset", "", batch.x.shape().without_batch(), *sample_);
  batch.x = batch.x.reshaped(wanted);
}

void DatasetFeed::end_pass() {
  if (pass_) last_end_ = pass_->position();
  pass_.reset();
}

Config DatasetFeed::position() const {
  const std::optional<Dataset::Position> at = pass_ ? pass_->position() : last_end_;
  if (!at) return {};  // nothing has been read
  Config::List shuffles;
  for (const Dataset::Position::Shuffle& shuffle : at->shuffles)
    shuffles.push_back(Config::Object{{"seed", word_bits(shuffle.stream.seed)},
                                      {"stream", word_bits(shuffle.stream.number)},
                                      {"pass", word_bits(shuffle.pass)},
                                      {"reshuffle", shuffle.reshuffle}});
  return Config::Object{{"batches", word_bits(at->elements - (has_ahead_ ? 1 : 0))},
                        {"in_pass", pass_.has_value()},
                        {"shuffles", std::move(shuffles)}};
}

void DatasetFeed::restore(const Config& position) {
  pass_.reset();
  last_end_.reset();
  has_ahead_ = false;
  if (position.is_null()) return;
  const StateReader values("dataset", position);
  Dataset::Position at;
  at.elements = values.word("batches");
  for (const Config& described : values.list("shuffles")) {
    const StateReader shuffle("dataset", described);
    at.shuffles.push_back({{shuffle.word("seed"), shuffle.word("stream")},
                           shuffle.word("pass"),
                           shuffle.truth("reshuffle")});
  }
  const bool in_pass = values.truth("in_pass");
  if (!in_pass && at.shuffles.empty()) return;  // all passes are alike
  pass_.emplace(data_.iterator(at));            // shuffles now know which pass it was
  remaining_ = data_.size();
  if (remaining_) *remaining_ -= std::min<std::size_t>(*remaining_, at.elements);
  if (!in_pass) end_pass();
}

void check_sample(const char* where, const std::string& model, const Shape& got,
                  const Shape& wanted) {
  Shape longer = got.size() > wanted.size() ? got : wanted;
  const Shape& shorter = got.size() > wanted.size() ? wanted : got;
  const bool last_axis_of_one = longer.size() == shorter.size() + 1 && longer.back() == 1;
  if (last_axis_of_one) longer.pop_back();
  check(got == wanted || (last_axis_of_one && longer == shorter), where, "samples have shape ", got,
        ", the model ", model, model.empty() ? "" : " ", "wants ", wanted);
}

}  // namespace keratin
