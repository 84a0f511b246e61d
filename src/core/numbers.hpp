#pragma once
// PRIVATE: numbers as text. The same under every locale, unlike printf and streams: a decimal
// point, digits in no groups. NaN is "nan" whatever its sign bit, which differs between processors.

#include <string>

namespace keratin {

/// `digits` digits after the decimal point, as printf's %.*f: fixed(2.5, 1) is "2.5". A tie is
/// rounded to the even digit.
std::string fixed(double value, int digits);

/// One digit before the decimal point and `digits` after it, as printf's %.*e:
/// scientific(0.25, 1) is "2.5e-01".
std::string scientific(double value, int digits);

/// At most `digits` significant digits, without trailing zeros, as printf's %.*g:
/// general(1e-5, 6) is "1e-05".
std::string general(double value, int digits);

/// The shortest decimal that reads back as the same number, as Python's repr() writes it: never one
/// that looks like an integer. python_repr(100000) is "100000.0", python_repr(1e16) "1e+16".
std::string python_repr(double value);

}  // namespace keratin
