// Layer, RMS, group and instance norm, local response norm and normalize: against PyTorch, with means that dwarf the deviation, at sizes
// past blocks and parts, in both ways that gradients are made.
#include <functional>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::norm_groups_test {

using Normalise = std::function<Tensor(const Tensor& x, const Tensor& w, const Tensor& b)>;

void expect_golden(const std::string& name, const Normalise& f) {
  const auto of_all = [&](const std::vector<Tensor>& xs) {
    return f(xs[0], xs.size() > 1 ? xs[1] : Tensor(), xs.size() > 2 ? xs[2] : Tensor());
  };
  gradus::expect_golden("norm", name, {"x", "w", "b"}, of_all, 1e-12, 1e-11);
}

TEST(NormGroups, AgreesWithPyTorch) {
  expect_golden("layer_norm.1", [](auto& x, auto& w, auto& b) { return layer_norm(x, {5}, w, b, 1e-3); });
  expect_golden("layer_norm.2", [](auto& x, auto& w, auto& b) { return layer_norm(x, {4, 5}, w, b); });
  expect_golden("rms_norm.given", [](auto& x, auto& w, auto&) { return rms_norm(x, {5}, w, 1e-3); });
  expect_golden("rms_norm.default", [](auto& x, auto& w, auto&) { return rms_norm(x, {4, 19}, w); });
  expect_golden("group_norm.features", [](auto& x, auto& w, auto& b) { return group_norm(x, 2, w, b, 1e-3); });
  expect_golden("group_norm.signals", [](auto& x, auto& w, auto& b) { return group_norm(x, 3, w, b); });
  expect_golden("group_norm.images", [](auto& x, auto& w, auto& b) { return group_norm(x, 2, w, b); });
  expect_golden("instance_norm.signals", [](auto& x, auto& w, auto& b) { return instance_norm(x, w, b, 1e-3); });
  Array mean = Array::zeros({3}, f64), var = Array::full({3}, 1, f64);
  expect_golden("instance_norm.images", [&](auto& x, auto& w, auto& b) { return instance_norm(x, w, b, mean, var, 0.2); });
  expect_near(mean, golden_values("norm").at("instance_norm.images.mean"), 1e-13);
  expect_near(var, golden_values("norm").at("instance_norm.images.var"), 1e-13);
}

TEST(NormLengths, AgreesWithPyTorch) {
  for (const std::int64_t size : {1, 2, 3, 7})
    expect_golden(text("local_response_norm.", size), [=](auto& x, auto&, auto&) { return local_response_norm(x, size, 0.3, 0.6, 0.9); });
  const std::pair<const char*, double> powers[] = {
      {"0.5", 0.5}, {"1", 1}, {"2", 2}, {"3", 3}, {"inf", std::numeric_limits<double>::infinity()}};
  for (const auto& [name, p] : powers)
    expect_golden(text("normalize.", name), [power = p](auto& x, auto&, auto&) { return normalize(x, power); });
  expect_golden("normalize.short", [](auto& x, auto&, auto&) { return normalize(x, 2, -1, 5); });
  const Tensor nothing = variable(zeros({2, 3}));
  EXPECT_EQ(normalize(nothing).value().to_vector(), std::vector<double>(6, 0));
  EXPECT_EQ(grad(sum(normalize(nothing)), nothing).value().at({1, 1}), static_cast<float>(1e12));
  EXPECT_EQ(normalize(tensor(-4), 2, 0).item(), -1);
}

struct Form {
  Shape shape;
  std::int64_t factors;
  Function f;
};

std::vector<Form> forms() {
  return {{{700, 37}, 37, [](const auto& v) { return layer_norm(v[0], {37}, v[1], v[2]); }},
          {{3, 5000}, 5000, [](const auto& v) { return layer_norm(v[0], {5000}, v[1], v[2]); }},
          {{900, 70}, 70, [](const auto& v) { return rms_norm(v[0], {70}, v[1]) + sum(v[2]) * 0; }},
          {{40, 12, 5}, 12, [](const auto& v) { return group_norm(v[0], 3, v[1], v[2]); }},
          {{6, 12, 300}, 12, [](const auto& v) { return group_norm(v[0], 3, v[1], v[2]); }},
          {{600, 12}, 12, [](const auto& v) { return group_norm(v[0], 3, v[1], v[2]); }},
          {{5, 3, 40, 30}, 3, [](const auto& v) { return instance_norm(v[0], v[1], v[2]); }}};
}

TEST(NormGroups, FusedAndComposedGradientsAgree) {
  for (const Form& form : forms()) {
    SCOPED_TRACE(text(form.shape));
    expect_same_gradients(form.f, {random(form.shape), random({form.factors}, 2), random({form.factors}, 3)}, 1e-10);
  }
}

TEST(NormGroups, LargeMeansInFloat) {
  for (const Form& form : forms()) {
    SCOPED_TRACE(text(form.shape));
    const Array narrow = (random(form.shape) + 1e6).value().to(f32);  // steps of f32 at 1e6: 0.06
    const Tensor w = random({form.factors}, 2, f32), b = random({form.factors}, 3, f32), g = random(form.shape, 4, f32);
    const auto both = [&](Dtype dtype) {
      const Tensor x = variable(Tensor(narrow.to(dtype))), weight = variable(Tensor(w.value().to(dtype)));
      const Tensor y = form.f(std::vector<Tensor>{x, weight, b.to(dtype)});
      const auto [dx, dw] = grad<2>(y, {x, weight}, {.seed = g.to(dtype)});
      return std::array<Array, 3>{y.value().to(f64), dx.value().to(f64), dw.value().to(f64)};
    };
    const auto got = both(f32), wanted = both(f64);
    for (std::size_t i = 0; i < 3; ++i) expect_near(got[i], wanted[i], 1e-5);
  }
}

TEST(NormGroups, DoesNotDependOnTheNumberOfThreads) {
  const int before = num_threads();
  for (const Form& form : forms()) {
    const Tensor x = variable(random(form.shape, 1, f32)), w = variable(random({form.factors}, 2, f32));
    const Tensor b = variable(random({form.factors}, 3, f32)), g = random(form.shape, 4, f32);
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 3}) {
      set_threads(threads);
      const Tensor y = form.f(std::vector<Tensor>{x, w, b});
      const auto [dx, dw, db] = grad<3>(y, {x, w, b}, {.seed = g});
      for (const Tensor& t : {y, dx, dw, db}) results.push_back(t.value().to_vector());
    }
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(results[i], results[i + 4]) << text(form.shape) << i;
    set_threads(before);
  }
}

TEST(NormGroups, TheHugeTheTinyTheEmptyAndViews) {
  for (const double scale : {1e-25, 1.0, 1e25}) {
    const Tensor x = Tensor((random({2, 300}) * scale).value().to(f32));
    expect_near(rms_norm(x, {300}, {}, 0.0).value().to(f64), rms_norm(x.to(f64), {300}, {}, 0.0).value(), 1e-6, text(scale));
  }
  expect_near(layer_norm(full({2, 3}, 5), {3}, {}, full({3}, 2)), Array::full({2, 3}, 2), 0);
  EXPECT_EQ(rms_norm(tensor({0.f, 0.f}), {2}).value().to_vector(), std::vector<double>(2, 0));
  for (const bool recorded : {false, true}) {
    const Tensor x = variable(zeros({0, 4, 2})), w = variable(ones({4}));
    const auto [dx, dw] = grad<2>(group_norm(x, 2, w), {x, w}, {.create_graph = recorded, .seed = zeros({0, 4, 2})});
    EXPECT_EQ(dx.shape(), x.shape());
    expect_near(dw, Array::zeros({4}), 0);
    const Tensor none = variable(zeros({3, 0})), v = variable(zeros({0}));
    EXPECT_EQ(grad(layer_norm(none, {0}, v), v, {.create_graph = recorded, .seed = zeros({3, 0})}).shape(), Shape{0});
  }
  const Tensor x = random({5, 6}), w = random({5}, 2);
  expect_near(layer_norm(transpose(x), {5}, w), layer_norm(transpose(x).contiguous(), {5}, w).value(), 0);
  check_gradients([](const auto& v) { return layer_norm(transpose(v[0]), {5}, v[1]); }, {x, w}, {.atol = 1e-4});
  const Tensor broken = layer_norm(tensor({{std::nan(""), 1}, {0, 1}}), {2});
  EXPECT_TRUE(std::isnan(broken.value().at({0, 1})));
  EXPECT_TRUE(std::isfinite(broken.value().at({1, 0})));
}

// 32 MiB go past the caches, and their halves do not.
TEST(NormGroups, LargeResultsHaveTheBitsOfTheirParts) {
  Generator generator(5);
  const Tensor x = variable(rand({4096, 2048}, generator)), g = rand({4096, 2048}, generator), w = rand({2048}, generator);
  const auto compare = [&](const char* what, int axis, const auto& f) {
    const Tensor y = f(x), dx = grad(y, x, {.seed = g});
    const std::int64_t half = x.dim(axis) / 2;
    for (const std::int64_t at : {std::int64_t{0}, half}) {
      const auto part = [&](const Tensor& t) { return slice(t, axis, at, at + half); };
      const Tensor some = variable(part(x).value().contiguous_copy()), of_some = f(some);
      EXPECT_TRUE(all(part(y) == of_some).item()) << what;
      EXPECT_TRUE(all(part(dx) == grad(of_some, some, {.seed = part(g)})).item()) << what;
    }
  };
  compare("layer_norm", 0, [&](const Tensor& t) { return layer_norm(t, {2048}, w, w); });
  compare("rms_norm", 0, [&](const Tensor& t) { return rms_norm(t, {2048}); });
  compare("group_norm", 0, [&](const Tensor& t) { return reshape(group_norm(reshape(t, {-1, 4, 512}), 2, slice(w, 0, 0, 4)), t.shape()); });
  compare("softmax along rows", 0, [](const Tensor& t) { return softmax(t, 1); });
  for (const bool logarithm : {false, true})
    compare("softmax along columns", 1, [=](const Tensor& t) { return logarithm ? log_softmax(t, 0) : softmax(t, 0); });
}

TEST(NormGroups, Errors) {
  expect_error<ShapeError>([] { layer_norm(zeros({2, 3}), {}); }, {"layer_norm", "[]", "[2, 3]"});
  expect_error<ShapeError>([] { layer_norm(zeros({3}), {2, 3}); }, {"layer_norm", "[2, 3]", "x [3]"});
  expect_error<ShapeError>([] { group_norm(zeros({3}), 1); }, {"group_norm", "[N, C]", "[3]"});
  expect_error<ValueError>([] { group_norm(zeros({2, 3}), 0); }, {"group_norm", "0 groups"});
  expect_error<ValueError>([] { layer_norm(zeros({3}), {3}, {}, {}, -1); }, {"layer_norm", "eps", "-1"});
  expect_error<DtypeError>([] { rms_norm(zeros({3}, i64), {3}); }, {"rms_norm", "f32 or f64", "i64"});
  expect_error<ValueError>([] { local_response_norm(zeros({2, 3}), 0); }, {"local_response_norm", "size", "0"});
  Array mean = Array::zeros({2}), var = Array::full({3}, 1);
  expect_error<ShapeError>([&] { instance_norm(zeros({2, 3, 4}), {}, {}, mean, var); }, {"instance_norm", "running_mean", "[3]", "[2]"});
  expect_near(var, Array::full({3}, 1), 0);
}

}  // namespace gradus::norm_groups_test
