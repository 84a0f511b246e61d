#pragma once
// Debian 12 has Catch2 v2, newer systems v3: one include for both.

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::Message;
#endif
