// Adaptive gradient clipping: optax's numbers, the units, and what it must leave alone.
#include <cmath>

#include <gmock/gmock.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/optim/gradients/clip.h>

#include <golden_values.h>

namespace gradus::optim::testing::clip_adaptive_test {

using ::testing::ThrowsMessage;

TEST(ClipGradAdaptive, HasOptaxsNumbersInPyTorchsLayouts) {
  const auto& golden = golden_values("clip");
  const std::vector<Shape> units{{5}, {4, 6}, {3, 2, 3, 3}, {2, 3, 4}, {}};
  const auto walk = [&](const std::string& name, const AdaptiveClipOptions& options) {
    Parameters p;
    for (int t = 0; t < 5; ++t)
      p.push_back(single(
          filled(units[t], f64, [&](auto i) { return t == 1 ? 0 : table_weight(t, i); }),
          filled(units[t], f64, [&](auto i) { return ((6 * 7919 + i * 104729 + t * 1299709) % 2003 - 1001) / 500. / (1 + 20 * (t % 2)); }),
          text("p", t))[0]);
    clip_grad_adaptive(p, options);
    std::vector<double> ours;
    for (const NamedParameter& each : p)
      for (double g : each.leaf->grad.value().to_vector()) ours.push_back(g);
    const auto theirs = golden.at(name).span<double>();
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-14) << name << " " << i;
  };
  walk("adaptive_default", {});
  walk("adaptive_half", {.clipping = 0.5, .eps = 0.1});
  walk("adaptive_zero", {.clipping = 0});
}

TEST(ClipGradAdaptive, ClipsEachOutputForItself) {
  const Parameters p = single(Array::from({3., 4., 3., 4., 0., 0.}, {3, 2}), Array::from({30., 40., 0.3, 0.4, 3., 4.}, {3, 2}));
  EXPECT_EQ(clip_grad_adaptive(p, {.clipping = 0.5, .eps = 0.1}), 2);
  const std::vector<double> g = p[0].leaf->grad.value().to_vector();
  EXPECT_NEAR(g[0], 1.5, 1e-15);         // to half of ‖w‖ = 5
  EXPECT_NEAR(g[1], 2, 1e-15);
  EXPECT_EQ(g[2], 0.3);                  // as it was, bit for bit
  EXPECT_EQ(g[3], 0.4);
  EXPECT_NEAR(g[4], 0.03, 1e-15);        // to half of eps, for weights of zero
  EXPECT_NEAR(g[5], 0.04, 1e-15);
}

TEST(ClipGradAdaptive, TakesAVectorAsOneUnitAndARowOfOneAsAUnit) {
  const Parameters vector = single(f64s({3, 4}), f64s({6, 8})),
                   column = single(Array::from({3., 4.}, {2, 1}), Array::from({6., 8.}, {2, 1}));
  EXPECT_EQ(clip_grad_adaptive(vector, {.clipping = 1}), 1);
  EXPECT_EQ(clip_grad_adaptive(column, {.clipping = 1}), 2);
  EXPECT_EQ(vector[0].leaf->grad.value().to_vector(), (std::vector<double>{3, 4}));
  EXPECT_EQ(column[0].leaf->grad.value().to_vector(), (std::vector<double>{3, 4}));
}

TEST(ClipGradAdaptive, KeepsNaNAndInfinityInTheirUnit) {
  const Parameters p = single(Array::full({3, 2}, 1, f64), f64s({NAN, 1, HUGE_VAL, 1, 1, 1}).reshape({3, 2}));
  clip_grad_adaptive(p);
  const std::vector<double> g = p[0].leaf->grad.value().to_vector();
  EXPECT_TRUE(std::isnan(g[0]) && std::isnan(g[1]) && std::isnan(g[2]));
  EXPECT_EQ(g[3], 0);
  EXPECT_NEAR(g[4], 0.01, 1e-15);
}

TEST(ClipGradAdaptive, PassesOverMissingAndEmptyGradientsAndTakesViews) {
  Parameters p = single(f64s({1}), {}, "without");
  p.push_back(single(Array::zeros({0, 3}, f64), Array::zeros({0, 3}, f64), "empty")[0]);
  p.push_back(single(Array::from({3., 0., 4., 0.}, {2, 2}).transpose(0, 1), f64s({3, 4}).expand({2, 2}), "view")[0]);
  EXPECT_EQ(clip_grad_adaptive(p, {.clipping = 1}), 1);
  EXPECT_FALSE(p[0].leaf->grad.defined());
  EXPECT_NEAR(p[2].leaf->grad.value().at({1, 1}), 4e-3 / 5, 1e-15);   // the second row of the weights is 0
  EXPECT_EQ(clip_grad_adaptive({}), 0);
}

TEST(ClipGradAdaptive, KnowsWhoseRowsAGradientOfRowsHas) {
  const auto table = [] { return single(Array::from({1., 0., 0., 2., 4., 3.}, {3, 2})); };
  const Parameters dense = table(), rows = table();
  dense[0].leaf->grad = Array::from({0., 0., 6., 8., 0., 1.}, {3, 2});
  rows[0].leaf->grad = RowGradient{Array::from({std::int64_t{1}, std::int64_t{2}}, {2}), Array::from({6., 8., 0., 1.}, {2, 2})};
  EXPECT_EQ(clip_grad_adaptive(dense, {.clipping = 1}), 1);
  EXPECT_EQ(clip_grad_adaptive(rows, {.clipping = 1}), 1);
  EXPECT_EQ(rows[0].leaf->gradient().value().to_vector(), dense[0].leaf->grad.value().to_vector());
  EXPECT_EQ(clip_grad_norm(rows, 1), clip_grad_norm(dense, 1));
  clip_grad_value(rows, 0.1);
  clip_grad_value(dense, 0.1);
  EXPECT_EQ(rows[0].leaf->gradient().value().to_vector(), dense[0].leaf->grad.value().to_vector());
  EXPECT_TRUE(rows[0].leaf->grad.is_rows());
}

TEST(ClipGradAdaptive, HasTheSameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  const auto clipped = [](int threads) {
    set_threads(threads);
    const Parameters p = single(filled({333, 301}, f32, [](auto i) { return table_weight(2, i); }),
                                filled({333, 301}, f32, [](auto i) { return table_gradient(3, 2, i); }));
    const std::int64_t shortened = clip_grad_adaptive(p);
    return std::pair{shortened, p[0].leaf->grad.value().to_vector()};
  };
  const auto alone = clipped(1), three = clipped(3);
  set_threads(before);
  EXPECT_EQ(alone, three);
  EXPECT_GT(alone.first, 300);
}

TEST(ClipGradAdaptive, RejectsWhatItCannotMean) {
  const Parameters p = single(f64s({1}), f64s({1}));
  EXPECT_THAT([&] { clip_grad_adaptive(p, {.clipping = -1}); },
              ThrowsMessage<ValueError>("clip_grad_adaptive: clipping must be finite and at least 0, not -1"));
  EXPECT_THAT([&] { clip_grad_adaptive(p, {.eps = 0}); },
              ThrowsMessage<ValueError>("clip_grad_adaptive: eps must be finite and above 0, not 0"));
  EXPECT_THAT([&] { clip_grad_adaptive({p[0], p[0]}); }, ThrowsMessage<ValueError>("clip_grad_adaptive: parameter w is given twice"));
  p[0].leaf->grad = Array::full({1}, 1, f32);
  EXPECT_THAT([&] { clip_grad_adaptive(p); },
              ThrowsMessage<DtypeError>("clip_grad_adaptive: the gradient of w is f32 but the parameter is f64"));
}

}  // namespace gradus::optim::testing::clip_adaptive_test
