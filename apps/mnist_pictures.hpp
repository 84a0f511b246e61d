#pragma once
// The pictures of an MNIST training.

#include <keratin/datasets.hpp>
#include <keratin/model.hpp>
#include <string>

namespace pictures {

/// Throws std::runtime_error when there is no such folder and none can be made: better said before
/// training than after.
void make_folder(const std::string& folder);

/// Saves history.svg (the learning curves), confusion.svg (of the test images) and mistakes.png
/// (those the model was surest about). Draws what it can, then throws the first error.
void save(keratin::Model& model, const keratin::History& history,
          const keratin::datasets::Split& test, const std::string& folder);

}  // namespace pictures
