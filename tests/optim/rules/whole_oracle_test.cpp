// Rules for whole parameters, and L-BFGS, where their work is cut into pieces: large, long, tall and stacked shapes beside plain loops, and
// the same bits whatever the number of threads.
#include <cmath>
#include <memory>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <gtest/gtest.h>
#include <optim/rules/naive_whole_rules.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::whole_oracle_test {

const std::vector<Shape> stacks{{},         {1},        {9},    {70000},   {30, 40},     {300, 211},     {1, 40000},   {40000, 1},
                                {3, 17000}, {17000, 3}, {1, 1}, {2, 5, 7}, {1, 3, 1, 4}, {64, 32, 3, 3}, {3, 150, 130}};
const std::vector<Shape> matrices{{1, 1}, {1, 300}, {300, 1}, {30, 40}, {40, 30}, {64, 64}, {70, 210}};

double weight(std::int64_t i) { return 0.05 * table_weight(1, i); }
double gradient(int step, std::int64_t i) { return table_gradient(step, 2, i) * (i % 7 == 3 ? 1e-3 : 1); }

// Four steps of the optimizer and of the oracle.
template <class O, class Naive>
void expect_same(const Shape& shape, const typename O::Options& options, Naive naive, double tolerance) {
  const Parameters p = single(filled(shape, f64, [](auto i) { return weight(i); }));
  O optimizer(p, options);
  std::vector<double> w = values(p);
  for (int step = 0; step < 4; ++step) {
    p[0].leaf->grad = Tensor(filled(shape, f64, [&](auto i) { return gradient(step, i); }));
    naive.step(w, p[0].leaf->grad.value().to_vector(), options.lr);
    optimizer.step();
  }
  const std::vector<double> ours = values(p);
  for (std::size_t i = 0; i < w.size(); ++i) ASSERT_NEAR(ours[i], w[i], tolerance) << O(p).name() << " " << text(shape) << " [" << i << "]";
}

TEST(WholeOracle, AdafactorIsThatOfPlainLoops) {
  for (const Shape& shape : stacks) {
    NaiveAdafactor naive;
    if (const int rank = shape.rank(); rank > 1) {
      naive.rows = static_cast<std::size_t>(shape[rank - 2]);
      naive.columns = static_cast<std::size_t>(shape[rank - 1]);
    }
    expect_same<Adafactor>(shape, {.lr = 0.1}, naive, 1e-12);
    naive.decay_power = -0.5;
    naive.eps1 = 0.05;
    naive.eps2 = 0.2;
    naive.clip = 1.1;
    naive.decay = 0.1;
    naive.maximize = true;
    expect_same<Adafactor>(shape, {.lr = 0.1, .beta2_decay = -0.5, .eps = {0.05, 0.2}, .d = 1.1, .weight_decay = 0.1, .maximize = true},
                           naive, 1e-12);
  }
}

TEST(WholeOracle, LAMBIsThatOfPlainLoops) {
  for (const Shape& shape : stacks) {
    expect_same<LAMB>(shape, {.lr = 0.1}, NaiveLAMB{}, 1e-12);
    expect_same<LAMB>(shape, {.lr = 0.1, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1, .maximize = true},
                      NaiveLAMB{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .decay = 0.1, .maximize = true}, 1e-12);
  }
}

TEST(WholeOracle, MuonIsThatOfPlainLoops) {
  for (const Shape& shape : matrices) {
    const NaiveMuon naive{static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1])};
    expect_same<Muon>(shape, {.lr = 0.1}, naive, 1e-10);   // a small singular value's rounding grows 3.4 times in each of five iterations
    NaiveMuon other = naive;
    other.momentum = 0.8;
    other.decay = 0.3;
    other.iterations = 3;
    other.nesterov = false;
    other.match_adamw = true;
    expect_same<Muon>(
        shape, {.lr = 0.1, .weight_decay = 0.3, .momentum = 0.8, .nesterov = false, .ns_steps = 3, .adjust_lr = MuonScale::match_rms_adamw},
        other, 1e-10);
  }
}

struct Threads : ::testing::Test {
  const int before = num_threads();
  ~Threads() override { set_threads(before); }

  template <class O>
  static std::vector<double> walk(const std::vector<Shape>& shapes, Dtype dtype) {
    Parameters p;
    for (const Shape& shape : shapes)
      p.push_back(single(filled(shape, dtype, [](auto i) { return weight(i); }), {}, text("p", p.size()))[0]);
    O optimizer(p, {.lr = 0.1});
    for (int step = 0; step < 3; ++step) {
      for (const NamedParameter& each : p)
        each.leaf->grad = Tensor(filled(each.leaf->value.shape(), dtype, [&](auto i) { return gradient(step, i); }));
      optimizer.step();
    }
    return values(p);
  }
  template <class O>
  static void expect_same_bits(const std::vector<Shape>& shapes) {
    for (Dtype dtype : {f32, f64}) {
      set_threads(1);
      const std::vector<double> alone = walk<O>(shapes, dtype);
      for (double w : alone) ASSERT_TRUE(std::isfinite(w));
      for (int threads : {2, 3, 4}) {
        set_threads(threads);
        EXPECT_EQ(alone, walk<O>(shapes, dtype)) << threads << " threads";
      }
    }
  }
};

TEST_F(Threads, DoNotChangeAdafactor) {
  expect_same_bits<Adafactor>({{700, 500}, {5, 65541}, {100003, 3}, {64, 32, 3, 3}, {2, 300, 200}, {1, 1, 90007}, {90007}});
}
TEST_F(Threads, DoNotChangeLAMB) { expect_same_bits<LAMB>({{700, 500}, {90007}, {3}}); }
TEST_F(Threads, DoNotChangeMuon) { expect_same_bits<Muon>({{150, 211}, {211, 150}, {1, 40000}, {33, 1000}, {64, 64}}); }

TEST_F(Threads, DoNotChangeLBFGS) {
  // A bowl with axes of many lengths, in two tensors.
  const auto walk = [](LineSearch search) {
    Parameters p = single(filled({300, 100}, f64, [](auto i) { return weight(i); }), {}, "a");
    p.push_back(single(filled({20011}, f32, [](auto i) { return weight(i); }), {}, "b")[0]);
    LBFGS lbfgs(p, {.lr = 0.5, .max_iter = 4, .history_size = 3, .line_search = search});
    std::vector<double> out;
    for (int step = 0; step < 4; ++step)
      out.push_back(lbfgs.step([&] {
        double loss = 0;
        for (const NamedParameter& each : p) {
          const std::vector<double> w = each.leaf->value.to_vector();
          const auto steep = [](std::int64_t i) { return 1 + static_cast<double>(i % 97); };
          for (std::size_t i = 0; i < w.size(); ++i) loss += steep(static_cast<std::int64_t>(i)) * w[i] * w[i] / 2;
          each.leaf->grad = Tensor(filled(each.leaf->value.shape(), each.leaf->value.dtype(), [&](auto i) { return steep(i) * w[i]; }));
        }
        return Tensor(Array::scalar(loss, f64));
      }));
    for (double w : values(p)) out.push_back(w);
    return out;
  };
  for (LineSearch search : {LineSearch::none, LineSearch::strong_wolfe}) {
    set_threads(1);
    const std::vector<double> alone = walk(search);
    EXPECT_LT(alone[3], 0.1 * alone[0]);
    for (int threads : {2, 4}) {
      set_threads(threads);
      EXPECT_EQ(alone, walk(search)) << threads << " threads";
    }
  }
}

}  // namespace gradus::optim::testing::whole_oracle_test
