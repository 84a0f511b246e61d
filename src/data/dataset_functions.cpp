// Dataset::map and filter: the stages that call a user's function.

#include <functional>

#include "data/dataset_stage.hpp"

namespace keratin::detail {

namespace {

class MapPass : public Pass<Batch> {
 public:
  MapPass(PassPtr<Batch> input, const std::function<void(Batch&)>& function)
      : input_(std::move(input)), function_(function) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    for (; done < out.size() && input_->read(out.subspan(done, 1)) == 1; ++done)
      function_(out[done]);
    return done;
  }
  std::size_t skip(std::size_t count) override { return input_->skip(count); }

 private:
  PassPtr<Batch> input_;
  const std::function<void(Batch&)>& function_;
};

class MapStage : public Transformation {
 public:
  MapStage(StagePtr input, std::function<void(Batch&)> function)
      : Transformation(std::move(input)), function_(std::move(function)) {}

  PassPtr<Batch> open(ShuffleStates states) const override {
    return std::make_unique<MapPass>(input().open(states), function_);
  }
  StagePtr divided(std::size_t index, std::size_t parts) const override {
    const StagePtr part = input().divided(index, parts);
    return part ? make_map(part, function_) : nullptr;
  }

 private:
  std::function<void(Batch&)> function_;
};

class FilterPass : public Pass<Batch> {
 public:
  FilterPass(PassPtr<Batch> input, const std::function<bool(const Batch&)>& predicate)
      : input_(std::move(input)), predicate_(predicate) {}

  std::size_t read(std::span<Batch> out) override {
    std::size_t done = 0;
    while (done < out.size() && input_->read(out.subspan(done, 1)) == 1)
      if (predicate_(out[done])) ++done;
    return done;
  }

 private:
  PassPtr<Batch> input_;
  const std::function<bool(const Batch&)>& predicate_;
};

class FilterStage : public Transformation {
 public:
  FilterStage(StagePtr input, std::function<bool(const Batch&)> predicate)
      : Transformation(std::move(input)), predicate_(std::move(predicate)) {}

  std::optional<std::size_t> size() const override { return std::nullopt; }
  PassPtr<Batch> open(ShuffleStates states) const override {
    return std::make_unique<FilterPass>(input().open(states), predicate_);
  }

 private:
  std::function<bool(const Batch&)> predicate_;
};

}  // namespace

StagePtr make_map(StagePtr input, std::function<void(Batch&)> function) {
  return std::make_shared<MapStage>(std::move(input), std::move(function));
}

StagePtr make_filter(StagePtr input, std::function<bool(const Batch&)> predicate) {
  return std::make_shared<FilterStage>(std::move(input), std::move(predicate));
}

}  // namespace keratin::detail
