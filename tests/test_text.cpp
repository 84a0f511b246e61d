// UTF-8, and text as CSV and JSON write it.

#include "core/text.hpp"
#include "support/catch.hpp"

using namespace keratin;

TEST_CASE("UTF-8 is counted and cut in characters", "[text]") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("abc") == 3);
  CHECK(utf8_length("größe") == 5);
  CHECK(utf8_length("日本語") == 3);
  CHECK(utf8_length("e\u0301") == 2);  // a combining accent counts
  CHECK(utf8_length("\xFF"
                    "a\xC3") == 3);  // bytes that are no UTF-8, one each
  CHECK(utf8_prefix("größe", 3) == "grö");
  CHECK(utf8_prefix("größe", 9) == "größe");
  CHECK(utf8_prefix("日本", 0) == "");
  CHECK(utf8_prefix("\xE6\x97", 1) == "\xE6");
  CHECK(utf8_sequence("") == 0);
  CHECK(utf8_sequence("\x80") == 0);
  CHECK(utf8_sequence("😀!") == 4);
  CHECK(right_aligned("ö", 3) == "  ö");
  CHECK(right_aligned("long", 3) == "long");
}

TEST_CASE("fields of CSV are quoted where they need it", "[text]") {
  CHECK(csv_field("loss") == "loss");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"so\"") == "\"say \"\"so\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("strings of JSON escape what they must", "[text]") {
  CHECK(json_string("größe") == "\"größe\"");
  CHECK(json_string("a\"b\\c/") == "\"a\\\"b\\\\c/\"");
  CHECK(json_string("\n\x1f") == "\"\\u000a\\u001f\"");
  CHECK(json_string("\xFF\xC3") == "\"\uFFFD\uFFFD\"");
}
