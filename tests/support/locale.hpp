#pragma once
// A locale that writes 1234.5 as 1.234,5.

#include <clocale>
#include <locale>
#include <string>

namespace keratin::test {

/// While it lives, streams and, where the system has such a locale, C functions write decimal
/// commas and group digits.
class CommaLocale {
 public:
  CommaLocale()
      : streams_before_(std::locale::global(std::locale(std::locale(), new Commas))),
        c_before_(std::setlocale(LC_ALL, nullptr)) {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"})
      if (std::setlocale(LC_ALL, name)) break;
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;
  ~CommaLocale() {
    std::setlocale(LC_ALL, c_before_.c_str());
    std::locale::global(streams_before_);
  }

 private:
  struct Commas : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::locale streams_before_;
  std::string c_before_;
};

}  // namespace keratin::test
