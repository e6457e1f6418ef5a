// Batch norm: against PyTorch, with means that dwarf the deviation, and its gradients to second order.
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::norm_test {

Array none;   // no running statistics

TEST(BatchNorm, AgreesWithPyTorch) {
  for (const std::string name : {"features", "images", "signals"}) {
    const auto golden = [&](const std::string& key) { return golden_values("norm").at("batch_norm." + name + "." + key); };
    const Tensor x = variable(Tensor(golden("x"))), w = variable(Tensor(golden("w"))), b = variable(Tensor(golden("b")));
    Array mean = golden("mean"), var = golden("var");
    const auto compare = [&](const Tensor& y, const std::string& key) {
      expect_near(y, golden(key + ".y"), 1e-12, name + key);
      const auto [dx, dw, db] = grad<3>(y, {x, w, b}, {.seed = Tensor(golden(key + ".g"))});
      expect_near(dx, golden(key + ".dx"), 1e-12, name + key);
      expect_near(dw, golden(key + ".dw"), 1e-12, name + key);
      expect_near(db, golden(key + ".db"), 1e-12, name + key);
    };
    compare(batch_norm_eval(x, w, b, mean, var, 1e-3), "eval");
    compare(batch_norm(x, w, b, mean, var, 0.2, 1e-3), "train");
    expect_near(mean, golden("new_mean"), 1e-13);
    expect_near(var, golden("new_var"), 1e-13);
    const Tensor plain = batch_norm(x, {}, {}, none, none);
    expect_near(plain, golden("plain.y"), 1e-12);
    expect_near(grad(plain, x, {.seed = Tensor(golden("plain.g"))}), golden("plain.dx"), 1e-12);
  }
}

TEST(BatchNorm, GradientsToSecondOrder) {
  for (const Shape& shape : {Shape{5, 3}, Shape{2, 3, 2}, Shape{2, 2, 2, 2}, Shape{2, 1}, Shape{1, 2, 3}}) {
    const Tensor x = random(shape), w = random({shape[1]}, 2), b = random({shape[1]}, 3);
    const GradcheckOptions options{.atol = 1e-4};
    const Function train = [](const auto& v) { return batch_norm(v[0], v[1], v[2], none, none, 0.1, 0.1); };
    check_gradients(train, {x, w, b}, options);
    check_gradients([](const auto& v) { return batch_norm(v[0], {}, {}, none, none, 0.1, 0.1); }, {x}, options);
    const Array mean = random({shape[1]}, 4).value(), var = Array::full({shape[1]}, 0.7, f64);
    const Function eval = [&](const auto& v) { return batch_norm_eval(v[0], v[1], v[2], mean, var); };
    check_gradients(eval, {x, w, b});
    expect_same_gradients(train, {x, w, b}, 1e-10);
    expect_same_gradients(eval, {x, w, b}, 1e-11);
  }
  check_gradients([](const auto& v) { return batch_norm(transpose(v[0]), {}, {}, none, none, 0.1, 0.1); }, {random({3, 4})});
}

TEST(BatchNorm, FusedAndComposedGradientsAgreeWhereThereAreManyBlocks) {
  const Function f = [](const auto& v) { return batch_norm(v[0], v[1], v[2], none, none); };
  for (const Shape& shape : {Shape{3000, 70}, Shape{4, 3, 91, 91}, Shape{70, 2, 1001}})
    expect_same_gradients(f, {random(shape), random({shape[1]}, 2), random({shape[1]}, 3)}, 1e-11);
}

TEST(BatchNorm, LargeMeansInFloat) {
  for (const Shape& shape : {Shape{5000, 3}, Shape{20, 3, 250}, Shape{2, 3, 50, 50}}) {
    const Array narrow = (random(shape) + 1e5).value().to(f32), wide = narrow.to(f64);   // steps of f32 at 1e5: 0.008
    Array mean = Array::zeros({3}, f32), var = Array::zeros({3}, f32), mean64 = mean.to(f64), var64 = var.to(f64);
    const Tensor x = variable(Tensor(narrow)), x64 = variable(Tensor(wide));
    const Tensor y = batch_norm(x, {}, {}, mean, var, 1), y64 = batch_norm(x64, {}, {}, mean64, var64, 1);
    expect_near(y.value().to(f64), y64.value(), 1e-6, text(shape));
    expect_near(var.to(f64), var64, 1e-6);
    const Tensor g = random(shape, 5, f32);
    const Tensor fused = grad(y, x, {.create_graph = false, .retain_graph = true, .seed = g});
    expect_near(fused.value().to(f64), grad(y64, x64, {.seed = g.value().to(f64)}).value(), 1e-6);
    expect_near(grad(y, x, {.create_graph = true, .seed = g}).value().to(f64), fused.value().to(f64), 1e-5);
    expect_near(batch_norm_eval(narrow, {}, {}, mean, var), batch_norm_eval(wide, {}, {}, mean.to(f64), var.to(f64)).value(), 1e-6);
  }
}

TEST(BatchNorm, AConstantChannelGivesTheBias) {
  const Tensor y = batch_norm(full({8, 2}, 1e4), ones({2}), full({2}, 3), none, none);
  expect_near(y, Array::full({8, 2}, 3), 0);
}

TEST(BatchNorm, NaNStaysInItsChannel) {
  for (const Shape& shape : {Shape{6, 2}, Shape{3, 2, 40}}) {
    Array x = random(shape).value();
    x.mutable_data<double>()[0] = std::nan("");
    Array mean = Array::zeros({2}, f64), var = Array::full({2}, 1, f64);
    const Tensor y = batch_norm(x, {}, {}, mean, var);
    EXPECT_TRUE(std::isnan(sum(select(y, 1, 0)).item()));
    EXPECT_TRUE(std::isfinite(sum(select(y, 1, 1)).item()));
    EXPECT_TRUE(std::isnan(var.at({0})));
    EXPECT_TRUE(std::isfinite(var.at({1})));
  }
}

TEST(BatchNorm, ChangesOnlyTheCallersStatistics) {
  Array mean = Array::zeros({2}), var = Array::full({2}, 1), before = mean;
  batch_norm(random({4, 2}, 1, f32), {}, {}, mean, var);
  EXPECT_NE(mean.to_vector(), before.to_vector());
  expect_near(before, Array::zeros({2}), 0);
  Array only_mean = Array::zeros({2});
  batch_norm(random({4, 2}, 1, f32), {}, {}, only_mean, none);
  expect_near(only_mean, mean, 0);
}

// The same in single operations, bit by bit, whatever the layout: rows of many elements, columns side by side, tails of registers.
TEST(BatchNorm, WithReluIsThoseOperationsBitByBit) {
  Generator generator(5);
  for (const Dtype dtype : {f32, f64})
    for (const Shape& shape : {Shape{300, 21}, Shape{4, 3, 7, 9}, Shape{40, 70, 3, 5}})
      for (const bool channels_last : {false, true}) {
        const auto draw = [&](const Shape& of) {
          const Tensor x = randn(of, generator, dtype);
          return variable(channels_last && of.rank() == 4 ? permute(permute(x, {0, 2, 3, 1}).value().contiguous_copy(), {0, 3, 1, 2}) : x);
        };
        const Tensor x = draw(shape), plus = draw(shape), w = draw({shape[1]}), b = draw({shape[1]}), g = draw(shape).detach();
        const auto compare = [&](const Tensor& one, const Tensor& several, const std::vector<Tensor>& of) {
          EXPECT_EQ(one.value().to_vector(), several.value().to_vector());
          const auto fused = grad(one, of, {.seed = g}), composed = grad(several, of, {.seed = g});
          for (std::size_t i = 0; i < of.size(); ++i) EXPECT_EQ(fused[i].value().to_vector(), composed[i].value().to_vector()) << i;
        };
        compare(batch_norm_relu(x, plus, w, b, none, none), relu(batch_norm(x, w, b, none, none) + plus), {x, plus, w, b});
        compare(batch_norm_relu(x, {}, w, b, none, none), relu(batch_norm(x, w, b, none, none)), {x, w, b});
        const Array mean = Array::full({shape[1]}, 0.1, dtype), var = Array::full({shape[1]}, 2, dtype);
        compare(batch_norm_relu_eval(x, plus, {}, {}, mean, var), relu(batch_norm_eval(x, {}, {}, mean, var) + plus), {x, plus});
      }
}

TEST(BatchNorm, WithReluKeepsNaNAndMovesTheStatistics) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({{1, -1}, {nan, 3}});
  Array mean = Array::zeros({2}), var = Array::full({2}, 1), same_mean = mean, same_var = var;
  const Tensor y = batch_norm_relu(x, {}, {}, {}, mean, var), plain = batch_norm(x, {}, {}, same_mean, same_var);
  EXPECT_TRUE(std::isnan(y.value().at({0, 0})) && std::isnan(y.value().at({1, 0})));
  EXPECT_EQ(y.value().at({0, 1}), 0);
  EXPECT_EQ(mean.at({1}), same_mean.at({1}));
  EXPECT_EQ(var.at({1}), same_var.at({1}));
  const Tensor nothing = variable(zeros({0, 2})), added = variable(zeros({0, 2}));
  EXPECT_EQ(grad(batch_norm_relu(nothing, added, {}, {}, mean, var), added, {.seed = zeros({0, 2})}).shape(), (Shape{0, 2}));
}

TEST(BatchNorm, DoesNotDependOnTheNumberOfThreads) {
  const int before = num_threads();
  for (const Shape& shape : {Shape{9000, 40}, Shape{6, 3, 150, 150}}) {
    const Tensor x = variable(random(shape, 1, f32)), g = random(shape, 2, f32);
    set_threads(1);
    const Tensor y = batch_norm(x, {}, {}, none, none);
    const auto a = grad(y, x, {.retain_graph = true, .seed = g}).value().to_vector();
    set_threads(3);
    const Tensor z = batch_norm(x, {}, {}, none, none);
    EXPECT_EQ(z.value().to_vector(), y.value().to_vector());
    EXPECT_EQ(grad(z, x, {.seed = g}).value().to_vector(), a);
    set_threads(before);
  }
}

TEST(BatchNorm, EmptyBatches) {
  EXPECT_EQ(batch_norm_eval(zeros({0, 2}), {}, {}, Array::zeros({2}), Array::zeros({2})).shape(), (Shape{0, 2}));
  const Tensor x = variable(zeros({0, 2})), w = variable(ones({2}));
  const auto [dx, dw] = grad<2>(batch_norm_eval(x, w, {}, Array::zeros({2}), Array::zeros({2})), {x, w}, {.seed = zeros({0, 2})});
  EXPECT_EQ(dx.shape(), (Shape{0, 2}));
  expect_near(dw, Array::zeros({2}), 0);
}

TEST(BatchNorm, ErrorsLeaveTheStatisticsAlone) {
  Array mean = Array::zeros({2}), var = Array::full({2}, 1);
  const auto train = [&](const Tensor& x, const Tensor& w = {}, const Tensor& b = {}) { batch_norm(x, w, b, mean, var); };
  expect_error<ValueError>([&] { train(zeros({1, 2})); }, {"batch_norm", "more than one element", "[1, 2]"});
  train(zeros({0, 2}));   // no error: nothing to learn from
  expect_error<ShapeError>([&] { train(zeros({4})); }, {"[N, C]", "[4]"});
  expect_error<ShapeError>([&] { train(zeros({4, 3})); }, {"running_mean", "[3]", "[2]", "[4, 3]"});
  expect_error<ShapeError>([&] { train(zeros({4, 2}), zeros({3})); }, {"weight", "[2]", "[3]"});
  expect_error<ShapeError>([&] { train(zeros({4, 2}), zeros({2}), zeros({2, 1})); }, {"bias", "[2, 1]"});
  expect_error<DtypeError>([&] { train(zeros({4, 2}, f64)); }, {"f64", "running_mean", "f32"});
  expect_error<DtypeError>([&] { train(zeros({4, 2}, i64)); }, {"batch_norm", "f32 or f64"});
  expect_error<ValueError>([&] { batch_norm(zeros({4, 2}), {}, {}, mean, var, 0.1, -1); }, {"eps", "-1"});
  expect_error<ValueError>([&] { batch_norm_eval(zeros({4, 2}), {}, {}, mean, none); }, {"running_var"});
  expect_near(mean, Array::zeros({2}), 0);
  expect_near(var, Array::full({2}, 1), 0);
}

}  // namespace gradus::norm_test
