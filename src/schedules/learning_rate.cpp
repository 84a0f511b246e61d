#include "keratin/schedules/learning_rate.hpp"

#include "keratin/check.hpp"

namespace keratin {

Config LearningRateSchedule::get_config() const {
  fail("learning rate schedule", class_name_of<LearningRateSchedule>(*this),
       " has no list of fields, so that a Config cannot describe it");
}

LearningRateSchedule::FromFunction::FromFunction(Function function)
    : function_(std::move(function)) {
  check(function_ != nullptr, "learning rate schedule", "got an empty function");
}

Config LearningRate::config() const { return schedule_ ? schedule_.config() : Config(value_); }

LearningRate LearningRate::from_config(const Config& config) {
  if (config.get_if<Config::Object>()) return member_from_config<LearningRateSchedule>(config);
  return value_of<double>(config, "optimizer", "learning_rate");
}

}  // namespace keratin
