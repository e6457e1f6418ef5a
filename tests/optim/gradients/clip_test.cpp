// Clipping by norm and by value, with the awkward totals: none, zero, infinite, NaN.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/optim/gradients/clip.h>

#include <golden_values.h>

namespace gradus::optim::testing::clip_test {

using ::testing::ThrowsMessage;

const double inf = HUGE_VAL;

Parameters with_gradients(std::initializer_list<std::initializer_list<double>> gradients, Dtype dtype = f64) {
  Parameters out;
  for (const auto& g : gradients) out.push_back(single(f64s(g).to(dtype), f64s(g).to(dtype), text("p", out.size()))[0]);
  return out;
}

std::vector<double> grads(const Parameters& p) {
  std::vector<double> out;
  for (const NamedParameter& each : p)
    if (each.leaf->grad.defined())
      for (double x : each.leaf->grad.value().to_vector()) out.push_back(x);
  return out;
}

TEST(ClipGradNorm, ScalesAllByOneFactor) {
  for (Dtype dtype : {f32, f64}) {
    const Parameters p = with_gradients({{3}, {0, 4}}, dtype);
    EXPECT_EQ(clip_grad_norm(p, 1), 5);
    const double factor = 1 / (5 + 1e-6), rounding = dtype == f32 ? 1e-6 : 1e-15;
    EXPECT_NEAR(grads(p)[0], 3 * factor, rounding);
    EXPECT_EQ(grads(p)[1], 0);
    EXPECT_NEAR(grads(p)[2], 4 * factor, rounding);
  }
}

// What make_clip.py records of the table's gradients at step 6.
std::vector<double> recorded(const Parameters& p) {
  std::vector<double> out;
  for (int t = 0; t < 4; ++t)
    for (std::int64_t i = 0; i < shapes[t].elements(); i += t == 2 ? 40 : 1) out.push_back(p[t].leaf->grad.value().to_vector()[i]);
  return out;
}

void expect_near(const std::vector<double>& ours, std::span<const double> golden, const std::string& name) {
  ASSERT_EQ(ours.size(), golden.size()) << name;
  for (std::size_t i = 0; i < golden.size(); ++i)
    EXPECT_NEAR(ours[i], golden[i], 1e-12 * std::max(1.0, std::abs(golden[i]))) << name << " " << i;
}

TEST(ClipGradNorm, HasPyTorchsNumbers) {
  const auto& golden = golden_values("clip");
  struct Row { const char* name; double max_norm, norm_type; };
  for (const Row& row : {Row{.name = "1", .max_norm = 1, .norm_type = 1}, Row{.name = "2", .max_norm = 1, .norm_type = 2},
                         Row{.name = "3", .max_norm = 1, .norm_type = 3}, Row{.name = "half", .max_norm = 1, .norm_type = 0.5},
                         Row{.name = "inf", .max_norm = 1, .norm_type = inf}, Row{.name = "large", .max_norm = 1e9, .norm_type = 2},
                         Row{.name = "zero", .max_norm = 0, .norm_type = 2}, Row{.name = "third", .max_norm = 1. / 3, .norm_type = 2},
                         Row{.name = "infinite", .max_norm = inf, .norm_type = 2}}) {
    Parameters p = table_parameters();
    set_gradients(p, 6);
    p.push_back(single(f64s({1, 2}), {}, "without")[0]);
    const Parameters q = table_parameters();
    set_gradients(q, 6);
    std::vector<double> ours{clip_grad_norm(p, row.max_norm, {.norm_type = row.norm_type})};
    for (double g : recorded(p)) ours.push_back(g);
    expect_near(ours, golden.at(text("norm_", row.name)).span<double>(), row.name);
    const double total = get_total_norm(q, {.norm_type = row.norm_type});      // the same in two steps
    EXPECT_EQ(total, ours[0]);
    clip_grads_with_norm(q, row.max_norm, total);
    EXPECT_EQ(recorded(q), recorded(p));
  }
  for (const auto& [name, limit] : {std::pair{"value_1", 1.}, {"value_0", 0.}, {"value_tenth", 0.1}}) {
    const Parameters p = table_parameters();
    set_gradients(p, 6);
    clip_grad_value(p, limit);
    expect_near(recorded(p), golden.at(name).span<double>(), name);
  }
}

TEST(ClipGradNorm, OfAParameterGivenTwiceIsAnErrorThatNamesIt) {   // PyTorch counts it twice and scales it twice
  Parameters p = with_gradients({{3}, {0, 4}});
  p.push_back({"again", p[0].leaf});
  EXPECT_THAT([&] { clip_grad_norm(p, 1); }, ThrowsMessage<ValueError>("clip_grad_norm: parameter p0 is given twice"));
  EXPECT_THAT([&] { clip_grad_value(p, 1); }, ThrowsMessage<ValueError>("clip_grad_value: parameter p0 is given twice"));
  EXPECT_THAT([&] { get_total_norm(p); }, ThrowsMessage<ValueError>("get_total_norm: parameter p0 is given twice"));
  EXPECT_EQ(grads(p), (std::vector<double>{3, 0, 4, 3}));
}

TEST(ClipGradNorm, RefusesAGradientOfAnotherShape) {
  const Parameters p = single(f64s({0, 0}), f64s({3, 4, 0}));
  EXPECT_THAT([&] { clip_grad_norm(p, 1); },
              ThrowsMessage<ShapeError>("clip_grad_norm: the gradient of w has shape [3] but the parameter has [2]"));
}

TEST(ClipGradNorm, ToInfinityChangesNothingThatIsFinite) {
  const Parameters p = with_gradients({{3}, {0, 4}});
  EXPECT_EQ(clip_grad_norm(p, inf), 5);
  EXPECT_EQ(grads(p), (std::vector<double>{3, 0, 4}));
  const Parameters q = with_gradients({{inf, 1}});
  EXPECT_EQ(clip_grad_norm(q, inf), inf);
  for (double g : grads(q)) EXPECT_TRUE(std::isnan(g));   // ∞/∞, as PyTorch's
}

TEST(ClipGradNorm, LeavesSmallGradientsAsTheyAre) {
  const Parameters p = with_gradients({{3}, {0, 4}});
  EXPECT_EQ(clip_grad_norm(p, 5.1), 5);
  EXPECT_EQ(grads(p), (std::vector<double>{3, 0, 4}));
}

TEST(ClipGradNorm, KnowsOtherNorms) {
  EXPECT_EQ(clip_grad_norm(with_gradients({{3}, {0, -4}}), 1, {.norm_type = inf}), 4);
  EXPECT_NEAR(clip_grad_norm(with_gradients({{3}, {0, -4}}), 1, {.norm_type = 1}), 7, 1e-14);
  EXPECT_NEAR(clip_grad_norm(with_gradients({{3}, {0, -4}}), 1, {.norm_type = 3}), std::cbrt(27 + 64), 1e-14);
  const Parameters p = with_gradients({{3}, {0, -4}});
  clip_grad_norm(p, 1, {.norm_type = inf});
  EXPECT_NEAR(grads(p)[2], -4 / (4 + 1e-6), 1e-15);
}

TEST(ClipGradNorm, OfNothingAndOfZeroIsZero) {
  EXPECT_EQ(clip_grad_norm({}, 1), 0);
  EXPECT_EQ(clip_grad_norm(table_parameters(), 1), 0);   // no gradients
  const Parameters p = with_gradients({{0, 0}});
  EXPECT_EQ(clip_grad_norm(p, 1), 0);
  EXPECT_EQ(clip_grad_norm(p, 1, {.norm_type = inf}), 0);
  EXPECT_EQ(grads(p), (std::vector<double>{0, 0}));
  const Parameters empty = single(Array::zeros({0}, f64), Array::zeros({0}, f64));
  EXPECT_EQ(clip_grad_norm(empty, 1), 0);
}

TEST(ClipGradNorm, ToZeroErasesTheGradients) {
  const Parameters p = with_gradients({{3, -4}});
  EXPECT_EQ(clip_grad_norm(p, 0), 5);
  EXPECT_EQ(grads(p), (std::vector<double>{0, 0}));
}

TEST(ClipGradNorm, TreatsInfinityAndNaNAsPyTorchDoes) {
  for (double type : {2., 1., inf}) {
    Parameters p = with_gradients({{1, inf}, {2}});
    EXPECT_EQ(clip_grad_norm(p, 1, {.norm_type = type}), inf);
    EXPECT_EQ(grads(p)[0], 0);
    EXPECT_TRUE(std::isnan(grads(p)[1]));
    EXPECT_EQ(grads(p)[2], 0);
    p = with_gradients({{1, NAN, 3}, {2}});
    EXPECT_TRUE(std::isnan(clip_grad_norm(p, 1, {.norm_type = type}))) << type;
    for (double g : grads(p)) EXPECT_TRUE(std::isnan(g));
  }
}

TEST(ClipGradNorm, FindsNaNAnywhere) {
  for (int at : {0, 5, 15, 16, 4095, 4096, 5000}) {
    const Parameters p = single(Array::zeros({5001}), filled({5001}, f32, [&](auto i) { return i == at ? NAN : 1.; }));
    EXPECT_TRUE(std::isnan(clip_grad_norm(p, 1, {.norm_type = inf}))) << at;
  }
}

TEST(ClipGradNorm, MayRefuseWhatIsNotFinite) {
  const Parameters p = with_gradients({{1, inf}});
  try {
    clip_grad_norm(p, 1, {.error_if_nonfinite = true});
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_STREQ(e.what(), "clip_grad_norm: the total norm of the gradients is inf; leave error_if_nonfinite off to clip all the same");
  }
  EXPECT_EQ(grads(p), (std::vector<double>{1, inf}));
}

TEST(ClipGradNorm, SumsF32InDouble) {
  const Parameters huge = single(Array::zeros({2}), Array::full({2}, 3e30));
  EXPECT_NEAR(clip_grad_norm(huge, 1), 3e30 * std::sqrt(2), 1e24);   // the squares are beyond f32
  const Parameters many = single(Array::zeros({100000}), Array::full({100000}, 1e-3));
  EXPECT_NEAR(clip_grad_norm(many, 1), static_cast<double>(1e-3f) * std::sqrt(1e5), 1e-12);
}

TEST(ClipGradNorm, HasTheSameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  const auto total = [](int threads) {
    set_threads(threads);
    Parameters p = single(Array::zeros({100003}), filled({100003}, f32, [](auto i) { return table_gradient(3, 2, i) * 1.1; }));
    p.push_back(single(Array::zeros({50001}, f64), filled({50001}, f64, [](auto i) { return table_gradient(7, 2, i) / 3; }), "v")[0]);
    return clip_grad_norm(p, 1);
  };
  const double alone = total(1), two = total(2), three = total(3);
  set_threads(before);
  EXPECT_EQ(alone, two);
  EXPECT_EQ(alone, three);
}

TEST(ClipGradNorm, LeavesOthersOfASharedGradientAlone) {
  const Array shared = f64s({3, 4});
  Parameters p = single(f64s({0, 0}), shared, "a");
  p.push_back(single(f64s({0, 0}), shared, "b")[0]);
  EXPECT_NEAR(clip_grad_norm(p, 1), std::sqrt(50), 1e-14);
  EXPECT_EQ(shared.to_vector(), (std::vector<double>{3, 4}));
  EXPECT_EQ(p[0].leaf->grad.value().to_vector(), p[1].leaf->grad.value().to_vector());
  EXPECT_NEAR(clip_grad_norm(p, 10), 1, 1e-6);
}

TEST(ClipGradNorm, TakesViews) {
  const Parameters p = single(Array::zeros({2, 2}, f64), f64s({3, 4}).expand({2, 2}));
  EXPECT_NEAR(clip_grad_norm(p, 1), std::sqrt(50), 1e-14);
  EXPECT_NEAR(grads(p)[3], 4 / std::sqrt(50), 1e-6);
}

TEST(ClipGradNorm, RejectsWhatItCannotMean) {
  const Parameters p = with_gradients({{1}});
  EXPECT_THROW(clip_grad_norm(p, -1), ValueError);
  EXPECT_THROW(clip_grad_norm(p, NAN), ValueError);
  EXPECT_THROW(clip_grad_norm(p, 1, {.norm_type = 0}), ValueError);
  EXPECT_THROW(clip_grad_norm(p, 1, {.norm_type = NAN}), ValueError);
  EXPECT_THAT([&] { clip_grad_norm(p, 1, {.norm_type = -2}); },
              ThrowsMessage<ValueError>("clip_grad_norm: norm_type must be above 0 or infinity, not -2"));
  EXPECT_THROW(get_total_norm(p, {.norm_type = 0}), ValueError);
  EXPECT_THROW(clip_grads_with_norm(p, 1, -1), ValueError);
  EXPECT_EQ(grads(p), (std::vector<double>{1}));
}

TEST(ClipGradValue, ClampsEachElement) {
  for (Dtype dtype : {f32, f64}) {
    const Parameters p = with_gradients({{-3, -0.5, 0, 0.5, 3, inf, -inf, NAN}, {2}}, dtype);
    clip_grad_value(p, 1);
    const std::vector<double> g = grads(p);
    EXPECT_EQ((std::vector<double>(g.begin(), g.begin() + 7)), (std::vector<double>{-1, -0.5, 0, 0.5, 1, 1, -1}));
    EXPECT_TRUE(std::isnan(g[7]));
    EXPECT_EQ(g[8], 1);
  }
  EXPECT_THROW(clip_grad_value(with_gradients({{1}}), -1), ValueError);
  EXPECT_THROW(clip_grad_value(with_gradients({{1}}), NAN), ValueError);
}

}  // namespace gradus::optim::testing::clip_test
