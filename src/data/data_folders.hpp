#pragma once
// PRIVATE: where the data sets are that come with keratin.

#include <string>
#include <vector>

namespace keratin {

/// The folders that may hold them, those of the installation at work first: share/keratin under the
/// prefix of the shared library or program that contains this code, wherever it was moved to; the
/// folder that CMake's package names, for programs with a static keratin that stand elsewhere; the
/// source tree; and where keratin was configured to be installed.
std::vector<std::string> data_folders();

}  // namespace keratin
