// Clipping by norm and by value, with the awkward totals: none, zero, infinite, NaN.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <optim/table.h>

namespace gradus::optim::testing {
namespace {

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

}  // namespace
}  // namespace gradus::optim::testing
