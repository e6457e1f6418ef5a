// Gradients of rows: the trajectories of PyTorch's optimizers that take them and of plain scalar code, from real embeddings and backwards
// on a table of indices and gradients that golden/make_sparse.py repeats. Who refuses them: driver/row_use_test.cpp.
#include <algorithm>
#include <functional>
#include <memory>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/row_gradient.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/rules/sparse_adam.h>
#include <gradus/optim/schedules/chain.h>
#include <gradus/optim/schedules/step_lr.h>
#include <golden_values.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

#include "support.h"

namespace gradus::optim::testing::sparse_test {

const std::vector<Shape> tables{{11, 3}, {5, 2}, {8, 4}, {1, 6}};

// The rows that a step uses of a table; none: it does not use the table at all.
std::optional<std::vector<std::int64_t>> rows_of(int step, int table) {
  const std::int64_t n = tables[table][0];
  if (table == 2 && step % 4 == 1) return std::nullopt;
  std::vector<std::int64_t> out;
  if (table == 0 && step % 5 == 3) return out;
  const bool all = table == 1 && step % 6 == 2;
  for (std::int64_t j = 0; j < (all ? n : 3 + (step + table) % 4); ++j) out.push_back(all ? j : (step * 5 + j * j * 3 + j + table * 7) % n);
  return out;
}

double value_of(int step, int table, std::int64_t i) {
  return static_cast<double>((step * std::int64_t{7919} + i * 104729 + table * std::int64_t{1299709}) % 2003 - 1001) / 500;
}

Parameters parameters(Dtype dtype = f64) {
  Parameters out;
  for (int t = 0; t < 4; ++t)
    out.push_back({std::string(1, static_cast<char>('a' + t)),
                   Counted<Leaf>(new Leaf(filled(tables[t], dtype, [&](auto i) { return table_weight(t, i); })))});
  return out;
}

void backward(const Parameters& p, int step, bool sparse = true) {
  for (int t = 0; t < 4; ++t) {
    const auto rows = rows_of(step, t);
    if (!rows) continue;
    const Tensor weight(p[t].leaf->value, p[t].leaf);
    const Tensor y = embedding(Array::from(*rows, {static_cast<std::int64_t>(rows->size())}), weight, {.sparse = sparse});
    y.backward(filled(y.shape(), y.dtype(), [&](auto i) { return value_of(step, t, i); }));
  }
}

struct Walk {
  Optimizer& optimizer;
  StepLR schedule{optimizer, {.step_size = 10, .gamma = 0.5}};

  void steps(const Parameters& p, int begin, int end, bool sparse = true) {
    for (int step = begin; step < end; ++step) {
      optimizer.zero_grad();
      backward(p, step, sparse);
      optimizer.step();
      schedule.step();
    }
  }
};

// Two groups: the tables a and b under `first`, c and d under `second`.
struct Case {
  std::string name;
  std::function<std::unique_ptr<Optimizer>(const Parameters& first, const Parameters& second)> make;
  std::unique_ptr<Optimizer> operator()(const Parameters& p) const { return make({p[0], p[1]}, {p[2], p[3]}); }
};

// The same as one writes it.
template <class O>
struct Row {
  std::string name;
  typename O::Options first, second;

  operator Case() const {
    using Groups = std::vector<typename O::Group>;
    const auto make = [first = first, second = second](const Parameters& a, const Parameters& b) {
      return std::make_unique<O>(Groups{{a, first}, {b, second}});
    };
    return {.name = name, .make = make};
  }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      Row<SparseAdam>{.name = "sparse_adam", .first = {.lr = 0.1},
          .second = {.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-3, .maximize = true}},
      Row<SGD>{.name = "sgd", .first = {.lr = 0.1}, .second = {.lr = 0.02, .maximize = true}},
      Row<Adagrad>{.name = "adagrad", .first = {.lr = 0.1}, .second = {.lr = 0.05, .lr_decay = 0.1, .eps = 1e-3, .maximize = true}},
  };
  return all;
}

struct Sparse : ::testing::TestWithParam<Case> {};

TEST_P(Sparse, TrajectoryIsPyTorchs) {
  const Array& golden = golden_values("sparse").at(GetParam().name);
  const Parameters p = parameters();
  const auto optimizer = GetParam()(p);
  Walk walk{*optimizer};
  const int recorded[] = {1, 2, 3, 10, 25};
  for (int record = 0; record < 5; ++record) {
    walk.steps(p, record ? recorded[record - 1] : 0, recorded[record]);
    const std::vector<double> shown = values(p);
    ASSERT_EQ(static_cast<std::int64_t>(shown.size()), golden.dim(1));
    for (std::int64_t i = 0; i < golden.dim(1); ++i)
      ASSERT_NEAR(shown[i], golden.at({record, i}), 1e-12) << "after step " << recorded[record] << ", number " << i;
  }
}

TEST_P(Sparse, InF32IsThatOfF64ToRounding) {
  const Parameters wide = parameters(f64), narrow = parameters(f32);
  const auto one = GetParam()(wide), two = GetParam()(narrow);
  Walk{*one}.steps(wide, 0, 8);
  Walk{*two}.steps(narrow, 0, 8);
  const std::vector<double> exact = values(wide), rounded = values(narrow);
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 2e-5) << i;
}

TEST_P(Sparse, ContinuesBitForBitFromItsState) {
  for (int saved_at : {0, 1, 2, 7}) {
    const Parameters p = parameters(f32), q = parameters(f32);
    const auto straight = GetParam()(p), fresh = GetParam()(q);
    Walk one{*straight};
    one.steps(p, 0, saved_at);
    const State state = straight->state(), schedule = one.schedule.state();
    for (int t = 0; t < 4; ++t) q[t].leaf->value = p[t].leaf->value;
    one.steps(p, saved_at, 15);
    Walk two{*fresh};
    fresh->load_state(state);
    two.schedule.load_state(schedule);
    two.steps(q, saved_at, 15);
    EXPECT_EQ(values(p), values(q)) << saved_at;
    for (const auto& [key, array] : straight->state().arrays)
      EXPECT_EQ(array.to_vector(), fresh->state().arrays.at(key).to_vector()) << key;
  }
}

TEST_P(Sparse, HasTheSameBitsForAnyNumberOfThreads) {
  struct Restore {
    int n = num_threads();
    ~Restore() { set_threads(n); }
  } restore;
  for (Dtype dtype : {f32, f64}) {
    const auto walk = [&](int threads) {
      set_threads(threads);
      const Parameters p = single(filled({3000, 37}, dtype, [](auto i) { return table_weight(0, i); }), {}, "p"),
                       q = single(Array::zeros({2, 3}, dtype), {}, "q");
      const auto optimizer = GetParam().make(p, q);
      for (int step = 0; step < 3; ++step) {
        std::vector<std::int64_t> rows;
        for (std::int64_t j = 0; j < 4000; ++j) rows.push_back((step * 5 + j * j * 3 + j) % 3000);
        const Tensor y = embedding(Array::from(rows, {4000}), Tensor(p[0].leaf->value, p[0].leaf), {.sparse = true});
        optimizer->zero_grad();
        y.backward(filled(y.shape(), dtype, [&](auto i) { return value_of(step, 0, i); }));
        optimizer->step();
      }
      return values(p);
    };
    const std::vector<double> alone = walk(1);
    EXPECT_EQ(alone, walk(2));
    EXPECT_EQ(alone, walk(3));
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, Sparse, ::testing::ValuesIn(cases()), [](const auto& info) { return info.param.name; });

TEST(TableOfRules, HasARowForEveryRuleOfRows) {
  const Parameters p = parameters();
  [&]<class... Rules>(RuleList<Rules...>) {
    for (std::string_view name : {Rules::name...})
      EXPECT_TRUE(std::any_of(cases().begin(), cases().end(), [&](const Case& c) { return c(p)->name() == name; })) << name;
  }(RowRules{});
}

TEST(SparseAdam, IsPlainScalarCodeForTheRowsThatAreUsed) {
  struct Element {
    double w, m = 0, v = 0;
  };
  const Parameters p = parameters();
  SparseAdam adam({{.params = {p[0], p[1]}, .options = {.lr = 0.1}},
                   {.params = {p[2], p[3]}, .options = {.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-3, .maximize = true}}});
  Walk walk{adam};
  std::vector<std::vector<Element>> elements(4);
  std::vector<int> t(4);
  for (int table = 0; table < 4; ++table)
    for (double w : p[table].leaf->value.to_vector()) elements[table].push_back({w});
  for (int step = 0; step < 30; ++step) {
    for (int table = 0; table < 4; ++table) {
      const auto rows = rows_of(step, table);
      if (!rows) continue;
      ++t[table];
      const bool first = table < 2;
      const double beta1 = first ? 0.9 : 0.8, beta2 = first ? 0.999 : 0.95, eps = first ? 1e-8 : 1e-3, sign = first ? 1 : -1;
      const double rate = adam.lr(first ? 0 : 1) * std::sqrt(1 - std::pow(beta2, t[table])) / (1 - std::pow(beta1, t[table]));
      const std::int64_t d = tables[table][1];
      for (std::int64_t row = 0; row < tables[table][0]; ++row) {
        if (std::find(rows->begin(), rows->end(), row) == rows->end()) continue;
        for (std::int64_t column = 0; column < d; ++column) {
          double g = 0;
          for (std::size_t j = 0; j < rows->size(); ++j)
            if ((*rows)[j] == row) g += sign * value_of(step, table, static_cast<std::int64_t>(j) * d + column);
          auto& [w, m, v] = elements[table][row * d + column];
          m = beta1 * m + (1 - beta1) * g;
          v = beta2 * v + (1 - beta2) * g * g;
          w -= rate * m / (std::sqrt(v) + eps);
        }
      }
    }
    walk.steps(p, step, step + 1);
    for (int table = 0; table < 4; ++table) {
      const std::vector<double> ours = p[table].leaf->value.to_vector();
      for (std::size_t i = 0; i < ours.size(); ++i) ASSERT_NEAR(ours[i], elements[table][i].w, 1e-12) << step << " " << table << " " << i;
    }
  }
}

TEST(SparseAdam, LeavesOtherRowsAndTheirAveragesAlone) {
  const Parameters p = single(Array::full({3, 2}, 1, f64), {}, "words");
  SparseAdam adam(p, {.lr = 0.1});
  const auto step = [&](std::vector<std::int64_t> rows) {
    adam.zero_grad();
    sum(embedding(Array::from(rows, {static_cast<std::int64_t>(rows.size())}), Tensor(p[0].leaf->value, p[0].leaf), {.sparse = true}))
        .backward();
    adam.step();
  };
  step({0});
  const State once = adam.state();
  EXPECT_NEAR(values(p)[0], 0.9, 1e-7);
  EXPECT_EQ(values(p)[2], 1);
  step({2, 2});
  const State twice = adam.state();
  for (const char* slot : {"words.exp_avg", "words.exp_avg_sq"})
    for (std::int64_t column : {0, 1}) {
      EXPECT_EQ(twice.arrays.at(slot).at({0, column}), once.arrays.at(slot).at({0, column})) << slot;
      EXPECT_EQ(twice.arrays.at(slot).at({1, column}), 0) << slot;
      EXPECT_NE(twice.arrays.at(slot).at({2, column}), 0) << slot;
    }
  const std::vector<double> before = values(p);
  step({});   // counts, as in PyTorch
  EXPECT_EQ(values(p), before);
  EXPECT_EQ(adam.state().arrays.at("words.step").item(), 3);
  adam.zero_grad();
  adam.step();   // without a gradient: does not
  EXPECT_EQ(adam.state().arrays.at("words.step").item(), 3);
}

TEST(SparseAdam, OfAllRowsIsAdamWithEpsScaledHat) {
  const Parameters p = single(filled({5, 3}, f64, [](auto i) { return table_weight(0, i); })), q = single(p[0].leaf->value);
  SparseAdam sparse(p, {.lr = 0.1, .eps = 1e-3});
  Adam adam(q, {.lr = 0.1, .eps = 1e-3, .eps_at = Eps::scaled_hat});
  for (int step = 0; step < 5; ++step) {
    const Array g = filled({5, 3}, f64, [&](auto i) { return value_of(step, 1, i); });
    p[0].leaf->grad = RowGradient{Array::from<std::int64_t>({0, 1, 2, 3, 4}, {5}), g};
    q[0].leaf->grad = g;
    sparse.step();
    adam.step();
  }
  const std::vector<double> a = values(p), b = values(q);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-15);
}

TEST(SparseAdam, HasOptionsStateAndADescriptionLikeTheOthers) {
  const Parameters p = single(Array::zeros({3, 2}), {}, "words");
  SparseAdam adam(p, {.lr = 0.5});
  EXPECT_EQ(adam.describe(),
            "SparseAdam\n  group 0: 1 parameter, 6 numbers\n    m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.5·√(1 − 0.999ᵗ)/(1 "
            "− 0.9ᵗ) · "
            "m/(√v + 1e-08)  for the rows of g");
  adam.set_option("betas.0", 0.5);
  EXPECT_EQ(adam.options().betas[0], 0.5);
  const SparseAdam defaults(p);
  EXPECT_EQ(defaults.option("lr"), 1e-3);
  EXPECT_EQ(defaults.option("betas.1"), 0.999);
  EXPECT_EQ(defaults.option("eps"), 1e-8);
  EXPECT_EQ(defaults.option("maximize"), 0);
  EXPECT_THROW(SparseAdam(p, {.lr = -1}), ValueError);
  EXPECT_THROW(SparseAdam(p, {.betas = {0.9, 1}}), ValueError);
  EXPECT_THROW(SparseAdam(p, {.eps = 0}), ValueError);
  expect_error<ValueError>([&] { adam.load_state(Adam(p).state()); }, {"this is the state of Adam"});
}

TEST(SparseAdam, RefusesATensorBeforeAnythingChanges) {
  Parameters p = single(Array::full({3, 2}, 1), {}, "words.weight");
  p.push_back(single(Array::full({2}, 1), Array::full({2}, 1), "fc.bias")[0]);
  SparseAdam adam(p);
  p[0].leaf->grad = RowGradient{Array::from<std::int64_t>({1}, {1}), Array::full({1, 2}, 1)};
  expect_error<ValueError>([&] { adam.step(); }, {"SparseAdam: the gradient of fc.bias is a tensor", "sparse = true", "Adam"});
  EXPECT_EQ(values(p), std::vector<double>(8, 1));
  EXPECT_EQ(adam.steps(), 0);
  EXPECT_EQ(adam.state().arrays.size(), 0u);
}

TEST(GradientsOfRows, DoWhatTheTensorOfThemDoes) {
  for (const Case& row : cases()) {
    if (row.name == "sparse_adam") continue;
    const Parameters p = parameters(), q = parameters();
    const auto one = row(p), two = row(q);
    Walk{*one}.steps(p, 0, 12);
    Walk{*two}.steps(q, 0, 12, false);
    const std::vector<double> a = values(p), b = values(q);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-14) << row.name;
  }
}

}  // namespace gradus::optim::testing::sparse_test
