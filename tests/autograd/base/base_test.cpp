// The ground floor: pool, random numbers, small vectors.
#include <atomic>
#include <cmath>
#include <cstring>
#include <locale>
#include <numeric>
#include <string>
#include <thread>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/base/tally.h>

#include "support.h"

namespace gradus::base_test {

TEST(Pool, BlocksAreReusedAndCounted) {
  pool::free(pool::allocate(5000), 5000);
  const std::int64_t asked = pool::blocks_from_system(), live = pool::live_bytes();
#if !defined(__SANITIZE_ADDRESS__)
  for (int i = 0; i < 100; ++i) pool::free(pool::allocate(5000), 5000);
  EXPECT_EQ(pool::blocks_from_system(), asked);
#else
  (void)asked;
#endif
  EXPECT_EQ(pool::live_bytes(), live);
}

TEST(Pool, EverySizeFits) {
  for (std::size_t bytes : {0u, 1u, 63u, 64u, 65u, 79u, 80u, 81u, 127u, 128u, 129u, 1000u, 4097u, 65537u, 1000003u}) {
    void* block = pool::allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
    std::memset(block, 0xAB, bytes);   // the address sanitizer would see one byte too few
    pool::free(block, bytes);
  }
}

TEST(Pool, BlocksMayBeFreedByAnotherThread) {
  const std::int64_t live = pool::live_bytes();
  std::vector<void*> blocks(1000);
  std::thread([&] { for (void*& block : blocks) block = pool::allocate(300); }).join();
  std::thread a([&] { for (int i = 0; i < 500; ++i) pool::free(blocks[i], 300); });
  std::thread b([&] { for (int i = 500; i < 1000; ++i) pool::free(blocks[i], 300); });
  a.join(), b.join();
  EXPECT_EQ(pool::live_bytes(), live);
  pool::release_cached();
}

TEST(Tally, CountsOverThreadsPresentAndPast) {
  const std::int64_t before = tally::total(tally::nodes);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([] { for (int i = 0; i < 1000; ++i) tally::add(tally::nodes, 1); });
  for (std::thread& t : threads) t.join();
  std::thread([] { tally::add(tally::nodes, -3000); }).join();   // may take over the place of a thread that is gone
  EXPECT_EQ(tally::total(tally::nodes), before + 5000);
  tally::add(tally::nodes, -5000);
  EXPECT_EQ(tally::total(tally::nodes), before);
}

TEST(Pool, ImpossibleSizesAreBadAlloc) { EXPECT_THROW(pool::allocate(std::size_t{1} << 50), std::bad_alloc); }

// The known answers that come with Random123.
TEST(Philox, KnownAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Generator, SameSeedSameNumbersOtherStreamOthers) {
  Generator a(7), b(7), c(7, 1), d(8);
  const auto first = a.bits();
  EXPECT_EQ(first, b.bits());
  EXPECT_NE(first, c.bits());
  EXPECT_NE(first, d.bits());
  a.normal();
  const auto state = a.state();
  const double next = a.uniform();
  b.restore(state);
  EXPECT_EQ(b.uniform(), next);
}

std::vector<std::uint32_t> draws(int n = 4) {
  std::vector<std::uint32_t> all;
  for (int i = 0; i < n; ++i) all.push_back(default_generator().bits());
  return all;
}
std::vector<std::uint32_t> draws_in_a_thread() {
  std::vector<std::uint32_t> all;
  std::thread([&] { all = draws(); }).join();
  return all;
}

TEST(Generator, ThreadsHaveStreamsOfTheirOwnThatFollowTheSeed) {
  manual_seed(21);
  Generator by_hand(21);
  const auto main = draws(), first = draws_in_a_thread(), second = draws_in_a_thread();
  for (const std::uint32_t x : main) EXPECT_EQ(x, by_hand.bits());
  EXPECT_NE(first, main);
  EXPECT_NE(second, main);
  EXPECT_NE(first, second);
  manual_seed(22);
  EXPECT_NE(draws_in_a_thread(), first);
  manual_seed(21);
  EXPECT_EQ(draws_in_a_thread(), first);
  EXPECT_EQ(draws(), main);
}

// A thread that draws, lives on and draws again after the main thread has seeded; then one that seeds by itself.
TEST(Generator, SeedingReachesThreadsThatAreAtWork) {
  std::atomic<int> turn{0};
  std::vector<std::uint32_t> before, after;
  std::thread worker([&] {
    for (int round = 0; round < 2; ++round) {
      turn.wait(2 * round);
      (round ? after : before) = draws();
      turn = 2 * round + 2;
      turn.notify_all();
    }
    manual_seed(78);
  });
  const auto let_it_draw = [&](int round) {
    turn = 2 * round + 1;
    turn.notify_all();
    turn.wait(2 * round + 1);
  };
  manual_seed(77);
  let_it_draw(0);
  manual_seed(77);
  let_it_draw(1);
  worker.join();
  EXPECT_EQ(before, after);
  Generator by_hand(78);
  EXPECT_EQ(draws(1)[0], by_hand.bits());
}

TEST(Generator, AScopeGivesTheThreadAnotherOneForAWhile) {
  manual_seed(4);
  const auto whole = draws(8);
  manual_seed(4);
  draws(3);
  {
    const GeneratorScope scope(Generator(9, 2));
    Generator by_hand(9, 2);
    EXPECT_EQ(draws(1)[0], by_hand.bits());
    manual_seed(10);
    Generator seeded(10);
    EXPECT_EQ(draws(1)[0], seeded.bits());
    std::thread([] { draws(); }).join();
  }
  EXPECT_EQ(draws(5), std::vector(whole.begin() + 3, whole.end()));
}

TEST(Generator, Moments) {
  Generator g(3);
  const int n = 200000;
  double sum = 0, squares = 0, cubes = 0, uniform = 0, counts[7] = {};
  for (int i = 0; i < n; ++i) {
    const double z = g.normal();
    sum += z, squares += z * z, cubes += z * z * z;
    const double u = g.uniform();
    ASSERT_TRUE(0 <= u && u < 1);
    uniform += u;
    ++counts[g.below(7)];
  }
  EXPECT_NEAR(sum / n, 0, 0.01);
  EXPECT_NEAR(squares / n, 1, 0.02);
  EXPECT_NEAR(cubes / n, 0, 0.05);
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  for (double count : counts) EXPECT_NEAR(count / n, 1.0 / 7, 0.005);
}

TEST(Error, PartsAreMadeOnlyWhenThrown) {
  int made = 0;
  const auto part = [&] { return ++made; };
  check(true, "fine ", part);
  EXPECT_EQ(made, 0);
  expect_error<Error>([&] { check(false, "bad ", part, "!"); }, {"bad 1!"});
}

TEST(Error, NumbersAreWrittenAlikeInEveryLocale) {
  struct Grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Grouped));
  EXPECT_EQ(text(1234567, ' ', 0.5), "1234567 0.5");
  std::locale::global(before);
}

TEST(SmallVector, GrowsCopiesAndMoves) {
  SmallVector<std::string, 2> v{"a", "b"};
  for (int i = 0; i < 20; ++i) v.push_back(v[0] + std::to_string(i));   // argument lives inside while growing
  EXPECT_EQ(v.size(), 22u);
  EXPECT_EQ(v[21], "a19");
  SmallVector<std::string, 2> copy = v, moved = std::move(v);
  EXPECT_EQ(moved[21], copy[21]);
  EXPECT_TRUE(v.empty());
  SmallVector<std::string, 2> small{"x"};
  SmallVector<std::string, 2> taken = std::move(small);
  EXPECT_EQ(taken[0], "x");
  taken = copy;
  EXPECT_EQ(taken.size(), 22u);
  taken.resize(1);
  EXPECT_EQ(taken.back(), "a");
}

}  // namespace gradus::base_test
