#include "saving/legacy_file.hpp"

#include <utility>

#include "keratin/check.hpp"

namespace keratin {

namespace {

std::vector<LegacyWeight> weights_in(const std::string& group, const Hdf5Texts& names) {
  std::vector<LegacyWeight> weights;
  if (names)
    for (const std::string& name : *names) weights.push_back({name, group + '/' + name});
  return weights;
}

}  // namespace

LegacyFile::LegacyFile(std::string_view where, std::string name, std::string bytes)
    : file_(where, name, std::move(bytes)) {
  const std::string root, model = "model_weights", optimizer = "optimizer_weights";
  const std::vector<Hdf5Texts> texts = file_.read_texts({{root, "model_config"},
                                                         {root, "training_config"},
                                                         {root, "layer_names"},
                                                         {model, "layer_names"},
                                                         {optimizer, "weight_names"}});
  const auto only = [&](const Hdf5Texts& text,
                        const char* attribute) -> std::optional<std::string> {
    if (!text) return std::nullopt;
    check<std::runtime_error>(text->size() == 1, where, name, ": attribute ", attribute, " has ",
                              text->size(), " texts, wanted 1");
    return text->front();
  };
  model_config_ = only(texts[0], "model_config");
  training_config_ = only(texts[1], "training_config");
  const bool whole_model = texts[3].has_value();
  const Hdf5Texts& layer_names = whole_model ? texts[3] : texts[2];
  check<std::runtime_error>(layer_names.has_value(), where, name,
                            ": is no .h5 file of Keras: it has no layer_names");
  const std::string start = whole_model ? model + '/' : root;

  std::vector<Hdf5Attribute> lists;
  for (const std::string& layer : *layer_names) lists.push_back({start + layer, "weight_names"});
  const std::vector<Hdf5Texts> weight_names = file_.read_texts(lists);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string& layer = (*layer_names)[i];
    check<std::runtime_error>(weight_names[i].has_value(), where, name, ": has no weight_names of ",
                              "layer ", layer);
    layers_.push_back({layer, weights_in(lists[i].path, weight_names[i])});
  }
  optimizer_weights_ = weights_in(optimizer, texts[4]);
}

}  // namespace keratin
