// When memory ends, a step has not begun: whichever request of it fails, weights and state are as before, and the next step is as any
// other.
#include <gtest/gtest.h>
#include <allocations.h>
#include <optim/rules/table.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/kernels/products/gemm_packed.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::short_memory_test {

Parameters large_matrices() {
  Parameters out;
  for (const Shape& shape : {Shape{300, 170}, Shape{90, 700}, Shape{40, 30}, Shape{1, 900}, Shape{900, 1}})
    out.push_back(single(filled(shape, f64, [](auto i) { return table_weight(1, i); }), {}, text("w", out.size()))[0]);
  return out;
}

void slope(const Parameters& p, int step) {
  for (const NamedParameter& each : p)
    each.leaf->grad = filled(each.leaf->value.shape(), f64, [&](auto i) { return table_gradient(step + 4, 2, i); });
}

// Makes a stepper over parameters twice: one that is never refused anything, and one that is refused its k-th request for every k.
template <class Make>
void expect_all_or_nothing(Make&& make) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns the allocator";
  const Parameters p = large_matrices(), q = large_matrices();
  auto sound = make(p), tried = make(q);
  int refusals = 0;
  for (int step = 0; step < 3; ++step) {
    slope(p, step);
    slope(q, step);
    sound->step();
    for (std::int64_t allowed = 0;; ++allowed) {
      const std::vector<double> before = values(q);
      const State state = step > 0 ? tried->state() : State{};          // which shares the arrays: they have to be copied, too
      pool::release_cached();
      bool refused = false;
      {
        const ShortMemory memory(allowed + 1, true);
        try {
          tried->step();
        } catch (const std::bad_alloc&) {
          refused = true;
        }
      }
      if (!refused) break;
      ++refusals;
      ASSERT_EQ(values(q), before) << "request " << allowed << " of step " << step;
      const State after = tried->state();
      for (const auto& [key, array] : state.arrays) ASSERT_EQ(after.arrays.at(key).to_vector(), array.to_vector()) << key;
      ASSERT_LT(allowed, 200);
    }
    ASSERT_EQ(values(q), values(p)) << step;
  }
  EXPECT_GT(refusals, 3);
}

TEST(ShortMemory, AStepIsTakenAsAWholeOrNotAtAll) {
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<Adam>(p, AdamOptions{.amsgrad = true}); });
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<SGD>(p, SGDOptions{.momentum = 0.9, .dampening = 0.5}); });
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<Adafactor>(p); });
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<LAMB>(p); });
}

TEST(ShortMemory, AStepOfMuonIsTakenAsAWholeOrNotAtAll) {
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<Muon>(p, MuonOptions{.ns_steps = 1}); });
}

struct Around {
  explicit Around(const Parameters& p) : sgd(p, {.lr = 0.1, .momentum = 0.9}), lookahead(sgd, {.k = 2}) {}
  void step() { lookahead.step(); }
  State state() const { return lookahead.state(); }
  SGD sgd;
  Lookahead lookahead;
};
TEST(ShortMemory, AStepOfLookaheadIsTakenAsAWholeOrNotAtAll) {
  expect_all_or_nothing([](const Parameters& p) { return std::make_unique<Around>(p); });
}

// Of loops of our own, so that a step that has begun can multiply.
TEST(ShortMemory, ProductsNeedNone) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns the allocator";
  const auto product = []<class T>(T, std::int64_t m, std::int64_t n, std::int64_t k, bool a_transposed, bool b_transposed,
                                   bool short_of_it) {
    std::vector<T> a(static_cast<std::size_t>(m * k)), b(static_cast<std::size_t>(k * n)), c(static_cast<std::size_t>(m * n));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(static_cast<int>(i * 7919 % 13) - 6);   // exact in any order
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<T>(static_cast<int>(i * 104729 % 11) - 5);
    const kernels::Product<T> p{.m = m, .n = n, .k = k, .a = {a.data(), a_transposed ? m : k, a_transposed},
                                .b = {b.data(), b_transposed ? k : n, b_transposed}, .c = c.data(), .c_stride = n};
    pool::release_cached();
    if (short_of_it) {
      const ShortMemory memory(1, true);
      kernels::packed_gemm(p);
    } else kernels::packed_gemm(p);
    return c;
  };
  const int threads = num_threads();
  set_threads(1);
  for (const auto& [m, n, k] : {std::array{130, 70, 300}, std::array{1, 2000, 700}, std::array{1500, 1, 1100}})
    for (const bool a : {false, true})
      for (const bool b : {false, true}) {
        EXPECT_EQ(product(0.f, m, n, k, a, b, true), product(0.f, m, n, k, a, b, false)) << m << ' ' << a << b;
        EXPECT_EQ(product(0., m, n, k, a, b, true), product(0., m, n, k, a, b, false)) << m << ' ' << a << b;
      }
  set_threads(threads);
}

}  // namespace gradus::optim::testing::short_memory_test
