// summary() counts characters.

#include "keratin/layers.hpp"
#include "keratin/sequential.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

// The lines of the table that hold `part`.
std::string lines_with(const std::string& text, const std::string& part) {
  std::string found;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const std::string line = text.substr(start, end - start);
    if (line.find(part) != std::string::npos) found += line + '\n';
    start = end + 1;
  }
  return found;
}

}  // namespace

TEST_CASE("summary aligns names of any script by characters", "[summary]") {
  const Sequential model({Input({2}), Dense(3, DenseOptions{.name = "größe"}),
                          Dense(1, DenseOptions{.name = "日本語"})});
  const std::string text = to_string(model);
  CHECK(lines_with(text, "größe") ==
        " größe (Dense)               (None, 3)                 9         \n");
  CHECK(lines_with(text, "日本語") ==
        " 日本語 (Dense)                 (None, 1)                 4         \n");
}

TEST_CASE("summary never cuts a character", "[summary]") {
  std::string name;
  for (int i = 0; i < 30; ++i) name += "ß";
  const Sequential model({Input({2}), Dense(3, DenseOptions{.name = name})});
  const std::string text = to_string(model), first_27 = name.substr(0, 54);
  CHECK(lines_with(text, first_27) == " " + first_27 + "  (None, 3)                9         \n");
  CHECK(lines_with(text, " (Dense)") == " ßßß (Dense)" + std::string(53, ' ') + "\n");
}

// What print_summary of keras 2.9.0 prints for these models.
TEST_CASE("summary shows nested models and what is trainable as TF-Keras 2.9", "[summary]") {
  const auto base = [] {
    Sequential deep(
        {Input({4}), Dense(3, DenseOptions{.name = "inner"}), Dropout(0.5, {.name = "drop"})},
        {.name = "deep"});
    return Sequential(
        {Input({4}),
         Dense(4, DenseOptions{.name = "a_dense_layer_with_a_long_name", .trainable = false}),
         std::move(deep), Dense(2, DenseOptions{.name = "b"})},
        {.name = "base"});
  };
  Sequential model({Input({4}), base(), BatchNormalization({.name = "bn"}),
                    Dense(10, DenseOptions{.name = "out"})},
                   {.name = "net"});
  CHECK(to_string(model, {.expand_nested = true, .show_trainable = true}) == R"(Model: "net"
____________________________________________________________________________
 Layer (type)                Output Shape              Param #   Trainable  
============================================================================
 base (Sequential)           (None, 2)                 43        Y          
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| a_dense_layer_with_a_long_n  (None, 4)              20        N          |
| ame (Dense)                                                              |
|                                                                          |
| deep (Sequential)         (None, 3)                 15        Y          |
||¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯||
|| inner (Dense)           (None, 3)                 15        Y          ||
||                                                                        ||
|| drop (Dropout)          (None, 3)                 0         Y          ||
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| b (Dense)                 (None, 2)                 8         Y          |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
 bn (BatchNormalization)     (None, 2)                 8         Y          
                                                                            
 out (Dense)                 (None, 10)                30        Y          
                                                                            
============================================================================
Total params: 81
Trainable params: 57
Non-trainable params: 24
____________________________________________________________________________
)");
  CHECK(to_string(model, {.line_length = 40}) == R"(Model: "net"
________________________________________
 Layer (type)     Output Shape    Param 
                                  #     
========================================
 base (Sequential  (None, 2)      43    
 )                                      
                                        
 bn (BatchNormali  (None, 2)      8     
 zation)                                
                                        
 out (Dense)      (None, 10)      30    
                                        
========================================
Total params: 81
Trainable params: 57
Non-trainable params: 24
________________________________________
)");
  const std::string wide = to_string(model, {.line_length = 100, .positions = {.3, .6, 1}});
  CHECK(wide == to_string(model, {.line_length = 100, .positions = {30, 60, 100}}));
  CHECK(
      lines_with(wide, "bn (") ==
      R"( bn (BatchNormalization)      (None, 2)                     8                                       
)");

  const Sequential last({Input({4}), Dense(4, DenseOptions{.name = "x"}), base()},
                        {.name = "last_nested"});
  CHECK(to_string(last, {.expand_nested = true}) == R"(Model: "last_nested"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 x (Dense)                   (None, 4)                 20        
                                                                 
 base (Sequential)           (None, 2)                 43        
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| a_dense_layer_with_a_long_n  (None, 4)              20        |
| ame (Dense)                                                   |
|                                                               |
| deep (Sequential)         (None, 3)                 15        |
||¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯||
|| inner (Dense)           (None, 3)                 15        ||
||                                                             ||
|| drop (Dropout)          (None, 3)                 0         ||
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| b (Dense)                 (None, 2)                 8         |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
=================================================================
Total params: 63
Trainable params: 43
Non-trainable params: 20
_________________________________________________________________
)");

  model.trainable = false;
  const std::string frozen = to_string(model, {.expand_nested = true, .show_trainable = true});
  CHECK(lines_with(frozen, " Y ").empty());
  CHECK(lines_with(frozen, "inner") ==
        R"(|| inner (Dense)           (None, 3)                 15        N          ||
)");
  CHECK(lines_with(frozen, "Trainable params") == "Trainable params: 0\n");
}

TEST_CASE("summary refuses columns that are none", "[summary]") {
  const Sequential model({Input({2}), Dense(3)});
  const std::string wanted =
      "[summary] wanted a line_length of 1 or more and three positions, each larger than the last";
  CHECK(test::message([&] { to_string(model, {.line_length = 0}); }) == wanted);
  CHECK(test::message([&] { to_string(model, {.positions = {.5, 1}}); }) == wanted);
  CHECK(test::message([&] { to_string(model, {.positions = {.5, .4, 1}}); }) == wanted);
}
