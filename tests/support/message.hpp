#pragma once
// The text of an expected exception, for tests that pin messages.

#include <stdexcept>
#include <string>

namespace keratin::test {

/// What the exception that `work()` throws says; "no error" if it throws none. An exception of
/// another type than Error passes through and fails the test.
template <class Error = std::invalid_argument>
std::string message(const auto& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace keratin::test
