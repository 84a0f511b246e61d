#pragma once
// The version of these headers, from which CMake takes the project's. That of the library that a
// program runs with is utils::system_info().version.

#define KERATIN_VERSION_MAJOR 0
#define KERATIN_VERSION_MINOR 2
#define KERATIN_VERSION_PATCH 0

/// "0.2.0"
#define KERATIN_VERSION "0.2.0"

/// 200 for 0.2.0, for comparisons in `#if`
#define KERATIN_VERSION_NUMBER \
  (KERATIN_VERSION_MAJOR * 10000 + KERATIN_VERSION_MINOR * 100 + KERATIN_VERSION_PATCH)
