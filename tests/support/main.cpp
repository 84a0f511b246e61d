// Catch2 v2's main takes 20 s to compile: its own file. (v3 brings one in a library.)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
