// Numbers as text: as printf writes them in the C locale, and so under every other.

#include <cmath>
#include <cstdio>
#include <limits>

#include "core/numbers.hpp"
#include "keratin/check.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"

using namespace keratin;

namespace {

std::string printed(const char* format, int digits, double value) {
  char text[512];
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

}  // namespace

TEST_CASE("numbers are written as printf writes them", "[numbers]") {
  for (double value : {0.0, -0.0, 0.5, 1.5, 2.5, 1e-3, 1234567.891, -1e-5, 1e300, 5e-324,
                       std::numeric_limits<double>::max(), HUGE_VAL, -HUGE_VAL})
    for (int digits : {0, 1, 4, 6}) {
      CHECK(fixed(value, digits) == printed("%.*f", digits, value));
      CHECK(scientific(value, digits) == printed("%.*e", digits, value));
      CHECK(general(value, digits) == printed("%.*g", digits, value));
    }
}

TEST_CASE("numbers as Python's repr writes them", "[numbers]") {
  CHECK(python_repr(0) == "0.0");
  CHECK(python_repr(-0.0) == "-0.0");
  CHECK(python_repr(0.1) == "0.1");
  CHECK(python_repr(100000) == "100000.0");
  CHECK(python_repr(-1234567.875) == "-1234567.875");
  CHECK(python_repr(9007199254740993) == "9007199254740992.0");
  CHECK(python_repr(1e16) == "1e+16");
  CHECK(python_repr(1e-4) == "0.0001");
  CHECK(python_repr(1.5e-5) == "1.5e-05");
  CHECK(python_repr(1e300) == "1e+300");
  CHECK(python_repr(HUGE_VAL) == "inf");
  CHECK(python_repr(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("NaN has no sign", "[numbers]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(fixed(-nan, 2) == "nan");
  CHECK(scientific(nan, 2) == "nan");
  CHECK(general(-nan, 6) == "nan");
  CHECK(concat(-nan, ' ', std::nanf("")) == "nan nan");
}

TEST_CASE("numbers have decimal points and no groups under every locale", "[numbers]") {
  const test::CommaLocale commas;
  CHECK(fixed(1234567.5, 1) == "1234567.5");
  CHECK(scientific(0.25, 1) == "2.5e-01");
  CHECK(general(1234.5, 6) == "1234.5");
  CHECK(concat(0.5, ' ', 1234567, ' ', 1e100) == "0.5 1234567 1e+100");
}
