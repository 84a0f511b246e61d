#pragma once
// The tour as pictures and a web page.

#include <string>

/// Makes the folder and leaves in it a picture of each loss (mean_squared_error.svg, ...), four of
/// them on one sheet (losses.svg), and index.html with everything inside.
void write_page(const std::string& folder);
