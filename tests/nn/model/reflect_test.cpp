// Members of aggregates by name and reference, for all kinds of members. Most of it is decided while compiling.
#include <gmock/gmock.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/sequential.h>

namespace reflect_test {

using namespace gradus;
using reflect::member_count;
using reflect::member_name;
using reflect::reflectable;

struct NoDefault {
  NoDefault(int a, int b) : sum(a + b) {}
  int sum;
};
struct Empty {};
struct One { NoDefault only; };
struct Two { NoDefault left, right; };
struct Options { int kernel = 3; std::array<int, 2> padding{}; };

static_assert(member_count<Empty> == 0 && reflectable<Empty>);
static_assert(member_count<One> == 1 && member_name<One, 0> == "only");
static_assert(member_count<Two> == 2 && member_name<Two, 1> == "right");

// C arrays take their elements one by one in an initialiser and still are one member.
struct Arrays { double mean[3]; NoDefault between; float matrix[2][2]; int last; };
struct ArrayOfClasses { NoDefault items[3]; };
static_assert(member_count<Arrays> == 4 && member_name<Arrays, 2> == "matrix" && member_name<Arrays, 3> == "last");
static_assert(member_count<ArrayOfClasses> == 1);

struct Everything {
  Parameter weight;
  NoDefault hidden;
  std::unique_ptr<int> pointer;
  std::vector<Two> list;
  std::optional<Two> maybe;
  std::string text;
  std::map<std::string, Two> map;
  std::function<void(int)> function;
  std::tuple<int, double> tuple;
  Options options;
  Tensor tensor;
  Empty empty;
  int* address;
  std::array<Two, 2> pair;
  Array buffer;
  nn::AnyModule any;
  nn::Sequential<nn::Linear> one_layer;
  Dtype dtype;
};
static_assert(member_count<Everything> == 18);
static_assert(member_name<Everything, 0> == "weight" && member_name<Everything, 8> == "tuple" && member_name<Everything, 17> == "dtype");

// A member whose type cannot be copied, in a list: asking must not instantiate the list's copy.
struct MoveOnly { std::unique_ptr<int> p; };
struct HoldsMoveOnly { std::vector<MoveOnly> blocks; int k; };
static_assert(member_count<HoldsMoveOnly> == 2);

template <class T> struct Template { T value; int other_; };
static_assert(member_name<Template<std::vector<Everything>>, 0> == "value" && member_name<Template<int>, 1> == "other_");

struct TwentySix { int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y; NoDefault z; };
struct TwentySeven { int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z; NoDefault last; };
struct Fifty { int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, A, B, C, D, E, F, G, H, I, J, K, L, M, N; };
static_assert(member_count<TwentySix> == 26 && member_name<TwentySix, 25> == "z");
static_assert(!reflectable<TwentySeven> && !reflectable<Fifty>);

struct Derived : Empty { int a; };
struct DerivedFromMembers : One { NoDefault more; };
static_assert(!reflectable<Derived> && !reflectable<DerivedFromMembers>);
static_assert(!reflectable<NoDefault> && !reflectable<int> && !reflectable<Tensor>);

TEST(Reflect, MembersAreTheObjectsOwn) {
  struct Local { int first; Two second; double third; };
  Local local{1, {{1, 2}, {3, 4}}, 0.5};
  std::vector<std::string> names;
  std::vector<const void*> places;
  reflect::each_member(local, [&](std::string_view name, auto& member) {
    names.emplace_back(name);
    places.push_back(&member);
  });
  EXPECT_THAT(names, testing::ElementsAreArray({"first", "second", "third"}));
  EXPECT_THAT(places, testing::ElementsAre(&local.first, &local.second, &local.third));
}

TEST(Reflect, ConstObjectsHaveConstMembers) {
  const Two two{{1, 2}, {3, 4}};
  int sum = 0;
  reflect::each_member(two, [&](std::string_view, auto& member) {
    static_assert(std::is_const_v<std::remove_reference_t<decltype(member)>>);
    sum += member.sum;
  });
  EXPECT_EQ(sum, 10);
}

class Private {
  int count_ = 3;
  double rate__ = 0.5;

 public:
  using Fields = nn::Fields<&Private::count_, &Private::rate__>;
};

TEST(Fields, NamesLoseTheTrailingUnderscore) {
  Private p;
  std::vector<std::string> names;
  Private::Fields::each(p, [&](std::string_view name, auto& member) {
    names.emplace_back(name);
    member *= 2;
  });
  EXPECT_THAT(names, testing::ElementsAreArray({"count", "rate"}));
  const Private& c = p;
  double sum = 0;
  Private::Fields::each(c, [&](std::string_view, const auto& member) { sum += member; });
  EXPECT_EQ(sum, 7);
}

}  // namespace reflect_test
