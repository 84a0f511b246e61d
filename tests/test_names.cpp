// Names of objects and classes.

#include <vector>

#include "core/names.hpp"
#include "keratin/utils.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"

using namespace keratin;

namespace outer {

struct Plain {};
namespace inner {
template <class...>
struct Scale {
  struct Inside {};
};
}  // namespace inner
template <int n>
struct Sized {};
struct Ordered {
  auto operator<(int) const {
    struct InOperator {};
    return InOperator();
  }
  auto operator()(int) const {
    struct InCall {};
    return InCall();
  }
  auto operator->() const {
    struct InArrow {};
    return InArrow();
  }
};
template <class T>
auto of_template(T) {
  struct InTemplate {};
  return InTemplate();
}
struct Größe {};

}  // namespace outer

namespace {

struct Hidden {};
template <class T>
std::string name_of(const T&) {
  return readable_type_name(typeid(T));
}

}  // namespace

TEST_CASE("classes are named without scopes and template arguments", "[names]") {
  using outer::inner::Scale;
  CHECK(name_of(outer::Plain()) == "Plain");
  CHECK(name_of(Hidden()) == "Hidden");
  CHECK(name_of(Scale<>()) == "Scale");
  CHECK(name_of(Scale<std::vector<int>>()) == "Scale");
  CHECK(name_of(Scale<Scale<outer::Plain, Hidden>, void (*)(outer::Plain)>()) == "Scale");
  CHECK(name_of(Scale<std::vector<int>>::Inside()) == "Inside");
  CHECK(name_of(outer::Sized<-3>()) == "Sized");
  CHECK(name_of(outer::Größe()) == "Größe");
  CHECK(name_of(1.5) == "double");
}

TEST_CASE("local classes are named without their functions", "[names]") {
  struct Local {};
  CHECK(name_of(Local()) == "Local");
  CHECK(name_of(outer::Ordered() < 3) == "InOperator");
  CHECK(name_of(outer::Ordered()(3)) == "InCall");
  CHECK(name_of(outer::Ordered().operator->()) == "InArrow");
  CHECK(name_of(outer::of_template(std::vector<int>())) == "InTemplate");
  const auto in_lambda = [] {
    struct InLambda {};
    return InLambda();
  };
  CHECK(name_of(in_lambda()) == "InLambda");
  CHECK(name_of(outer::inner::Scale<Local>()) == "Scale");
  CHECK(name_of(outer::inner::Scale<decltype(in_lambda)>()) == "Scale");
}

TEST_CASE("classes without a name get one", "[names]") {
  const auto lambda = [](int x) { return x; };
  const std::string name = name_of(lambda);
  CHECK((name == "lambda" || name == "unnamed"));  // clang does not tell them apart
  const struct {
  } unnamed;
  CHECK(name_of(unnamed) == "unnamed");
}

TEST_CASE("class names become snake case as in Keras", "[names]") {
  CHECK(snake_case("Dense") == "dense");
  CHECK(snake_case("MaxPooling2D") == "max_pooling2d");
  CHECK(snake_case("ReLU") == "re_lu");
  CHECK(snake_case("GlobalAveragePooling1D") == "global_average_pooling1d");
  CHECK(snake_case("Größe") == "größe");
}

TEST_CASE("automatic names are counted per prefix", "[names]") {
  utils::clear_session();
  CHECK(unique_name("names_test") == "names_test");
  CHECK(unique_name("names_test") == "names_test_1");
  CHECK(unique_name("names_test_other") == "names_test_other");
  utils::clear_session();
  CHECK(unique_name("names_test") == "names_test");
}
