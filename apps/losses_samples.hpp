#pragma once
// The documents' samples, with the values they print.

#include <functional>
#include <keratin/tensor.hpp>
#include <string>
#include <vector>

struct Sample {
  std::string call;
  std::function<keratin::Tensor(const keratin::Tensor& y_true, const keratin::Tensor& y_pred,
                                const keratin::Tensor& sample_weight)>
      loss;
  keratin::Tensor y_true, y_pred, documents;
  keratin::Tensor sample_weight = {};
};

std::vector<Sample> documents_samples();

/// A sample as text, and whether all its values are the documents', to 1e-6 (relative for those
/// above 1).
struct Outcome {
  std::string y_true, y_pred, sample_weight, documents, keratin;
  bool right;
};
Outcome try_sample(const Sample& sample);
