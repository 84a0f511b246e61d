// One list of fields per options struct, and what follows from it; tables, handles, names.

#include <memory>

#include "keratin/family.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using keratin::test::message;

namespace {

class Shade {  // a family
 public:
  using Family = Shade;
  struct FromFunction;
  static const ClassTable<Shade>& table();
  virtual ~Shade() = default;
  virtual double operator()(double light) const = 0;
  virtual Config get_config() const { fail("shade", "has no fields"); }
};

struct Shade::FromFunction : Shade {
  explicit FromFunction(double (*function)(double)) : function(function) {}
  double operator()(double light) const override { return function(light); }
  double (*function)(double);
};

struct BlindOptions {
  double factor = 0.9;
  std::optional<int> slats = {};
  std::vector<int> widths = {};
  Shape shape = {};
  bool closed = false;
  std::string name = "";
};
template <class V>
void fields(V& v, BlindOptions& o) {
  v("factor", o.factor);
  v("slats", o.slats);
  v("widths", o.widths);
  v("shape", o.shape);
  v("closed", o.closed);
  v("name", o.name);
}

struct Blind : Configured<Shade, BlindOptions> {
  explicit Blind(BlindOptions options = {})
      : Configured(with_default_name(std::move(options), "blind")) {}
  double operator()(double light) const override { return light * options().factor; }
};

struct PairOptions {
  Handle<Shade> first = "blind";
  Handle<Shade> second = {};
};
template <class V>
void fields(V& v, PairOptions& o) {
  v("first", o.first);
  v("second", o.second);
}

struct Both : Configured<Shade, PairOptions> {
  using Configured::Configured;
  double operator()(double light) const override {
    const double once = (*options().first)(light);
    return options().second ? (*options().second)(once) : once;
  }
};

constexpr Row<Shade> rows[] = {row<Blind>("Blind", "blind", "louvre"), row<Both>("Both")};

const ClassTable<Shade>& Shade::table() {
  static constexpr ClassTable<Shade> table{"shade", "tests.shades", rows};
  return table;
}

struct CurtainOptions {
  double folds = 2;
};
template <class V>
void fields(V& v, CurtainOptions& o) {
  v("folds", o.folds);
}
struct Curtain : Configured<Shade, CurtainOptions> {  // not in the table
  using Configured::Configured;
  double operator()(double light) const override { return light / options().folds; }
};

}  // namespace

TEST_CASE("options are written and read through their list of fields", "[fields]") {
  const BlindOptions options{
      .factor = 0.1, .slats = 7, .widths = {1, 2}, .shape = {3, 4}, .name = "b"};
  const Config config = write_fields(options);
  CHECK(to_string(config) ==
        "{\"factor\": 0.1, \"slats\": 7, \"widths\": [1, 2], \"shape\": [3, 4], \"closed\": False, "
        "\"name\": \"b\"}");
  const auto again = read_fields<BlindOptions>("Blind", config);
  CHECK(write_fields(again) == config);
  CHECK(again.factor == 0.1);  // unchanged: a double, not a float
  CHECK(again.shape == Shape{3, 4});
  CHECK(field_names<BlindOptions>() ==
        std::vector<std::string>{"factor", "slats", "widths", "shape", "closed", "name"});
  CHECK(to_string(write_fields(BlindOptions{.factor = 2}))
            .starts_with("{\"factor\": 2.0, \"slats\": None"));
}

TEST_CASE("what is no field, or has the wrong type, is refused", "[fields]") {
  const auto refused = [](const char* key, Config value) {
    return message([&] {
      read_fields<BlindOptions>("Blind", Config::Object{{key, std::move(value)}});
    });
  };
  CHECK(refused("factr", 1) ==
        "[Blind] there is no field 'factr' among: factor, slats, widths, shape, closed, name");
  CHECK(refused("factor", "much") == "[Blind] factor is \"much\", wanted a number");
  CHECK(refused("slats", 2.5) == "[Blind] slats is 2.5, wanted an integer");
  CHECK(refused("slats", std::int64_t{1} << 40) ==
        "[Blind] slats is 1099511627776, wanted a smaller one");
  CHECK(refused("widths", 3) == "[Blind] widths is 3, wanted a list");
  CHECK(refused("widths", Config::List{"a"}) == "[Blind] widths is \"a\", wanted an integer");
  CHECK(refused("shape", Config::List{-1}) == "[Blind] shape is [-1], wanted sizes of 0 or more");
  CHECK(refused("closed", 1) == "[Blind] closed is 1, wanted True or False");
  CHECK(refused("name", {}) == "[Blind] name is None, wanted a string");
  CHECK(message([] { read_fields<BlindOptions>("Blind", Config(3)); }) ==
        "[Blind] is described by 3, wanted an object of fields");
  CHECK(read_fields<BlindOptions>("Blind", Config::Object{{"factor", 2}}).factor ==
        2);  // an integer
}

TEST_CASE("members are made by name, by alias, and from what describes them", "[fields]") {
  CHECK((*make_member<Shade>("louvre"))(10) == Approx(9));
  CHECK(class_name_of<Shade>(*make_member<Shade>("blind")) == "Blind");
  CHECK(message([] { make_member<Shade>("blint"); }) ==
        "[shade] there is no shade 'blint' among: blind, Both");
  CHECK(message([] { make_member<Shade>(""); }) ==
        "[shade] there is no shade '' among: blind, Both");

  const Both both({.first = Blind({.factor = 0.5}), .second = "blind"});
  const Config described = describe<Shade>(both);
  CHECK(to_string(described) ==
        R"({"module": "tests.shades", "class_name": "Both", "config": {"first": )"
        R"({"module": "tests.shades", "class_name": "Blind", "config": {"factor": 0.5, )"
        R"("slats": None, "widths": [], "shape": [], "closed": False, "name": "blind"}, )"
        R"("registered_name": None}, "second": )" +
            to_string(describe<Shade>(Blind())) + R"(}, "registered_name": None})");
  const auto again = member_from_config<Shade>(described);
  CHECK(describe<Shade>(*again) == described);
  CHECK((*again)(10) == Approx(4.5));
  CHECK((*member_from_config<Shade>("Blind"))(1) == Approx(0.9));
  CHECK(message([] {
          member_from_config<Shade>(Config::Object{{"class", "Blind"}});
        }) == "[shade] is described by {\"class\": \"Blind\"}, wanted its class_name and config");
}

TEST_CASE("a handle holds a member by name, object, pointer or function", "[fields]") {
  CHECK_FALSE(Handle<Shade>());
  CHECK(Handle<Shade>().config().is_null());
  CHECK(Handle<Shade>("louvre").config() == describe<Shade>(Blind()));
  const Handle<Shade> halves([](double light) { return light / 2; });
  CHECK((*halves)(3) == 1.5);
  CHECK(message([&] { halves.config(); }) == "[shade] has no fields");
  const auto shared = std::make_shared<Blind>();
  CHECK(Handle<Shade>(shared).copy() == shared);
  const Handle<Shade> object(Blind({.factor = 0.25}));
  CHECK_FALSE(object.copy() == object.member());
  CHECK((*object.copy())(1) == 0.25);
  CHECK(message([] { Handle<Shade>(std::shared_ptr<Blind>()); }) == "[shade] got a null pointer");
}

TEST_CASE("a class of the program's own is known by name within a scope", "[fields]") {
  CHECK(class_name_of<Shade>(Curtain({.folds = 4})) == "Curtain");  // as its author wrote it
  CHECK(message([] { make_member<Shade>("Drape"); }).starts_with("[shade] there is no"));
  const CustomObjectScope scope({custom_object<Curtain>("Drape")});
  const Config described = describe<Shade>(Curtain({.folds = 4}));
  CHECK(to_string(described) ==
        R"({"module": None, "class_name": "Drape", "config": {"folds": 4.0}, )"
        R"("registered_name": "Drape"})");
  CHECK((*member_from_config<Shade>(described))(2) == 0.5);
  {
    const CustomObjectScope inner({custom_object<Blind>("Drape")});
    CHECK((*make_member<Shade>("Drape"))(10) == Approx(9));
  }
  CHECK((*make_member<Shade>("Drape"))(10) == 5);
}
