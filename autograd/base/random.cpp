#include <gradus/autograd/base/random.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/base/internal/draws.h>

namespace gradus {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0], b = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

constinit thread_local detail::Drawing* detail::drawing = nullptr;

namespace detail {

Drawing::Drawing(Draws& draws, Use use) : draws_(draws), use_(use), outer_(std::exchange(drawing, this)) {}
Drawing::~Drawing() { drawing = outer_; }
std::uint32_t Drawing::repeated() {
  check<ValueError>(at_ < draws_.size(), "checkpoint: f draws more random numbers in backward than it did in forward (", draws_.size(),
                    " words of 32 bits); it must do the same again: what it depends on may not change in between");
  return draws_[at_++];
}

}  // namespace detail

std::uint32_t Generator::bits() { return detail::drawing ? detail::drawing->next([this] { return next(); }) : next(); }

std::uint32_t Generator::next() {
  const std::uint64_t block = position_ / 4;
  const auto words = philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                             static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                            {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  return words[position_++ % 4];
}

std::uint64_t Generator::below(std::uint64_t n) {
  const std::uint64_t reject_under = (0 - n) % n;   // 2^64 mod n: the numbers that would make small results likelier
  while (true) {
    const std::uint64_t high = bits(), x = high << 32 | bits();
    if (x >= reject_under) return x % n;
  }
}

double Generator::uniform() {
  const std::uint64_t high = bits(), x = high << 32 | bits();
  return static_cast<double>(x >> 11) * 0x1p-53;
}

float Generator::uniform_f32() { return static_cast<float>(bits() >> 8) * 0x1p-24f; }

double Generator::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Generator::fork() {
  const std::uint64_t high = bits();
  return high << 32 | bits();
}

namespace {

// What manual_seed() last said, and which stream the next thread gets that draws.
struct Seeding {
  detail::MutexOverForks mutex;
  std::atomic<std::uint64_t> number{1};
  std::uint64_t seed = 0, next_stream = 1;
};
Seeding& seeding() {
  static Seeding* s = new Seeding;   // never destroyed: threads may draw after main
  return *s;
}

struct Mine {
  Generator generator;
  std::uint64_t seeding = 0;   // the one that `generator` hangs from; 0: none yet
  int scopes = 0;
  bool main = false;
};
constinit thread_local Mine mine;

// Static objects are made by the main thread: whoever draws before this source's own have been made is that one.
constinit std::atomic<bool> main_is_known{false};
[[maybe_unused]] const bool of_main = [] {
  mine.main = true;
  main_is_known.store(true);
  return true;
}();

// With the mutex held. Stream numbers of other threads lie far from those that people give out by hand.
void take_stream(Seeding& now) {
  constexpr std::uint64_t threads = 0x74687264'00000000;   // "thrd"
  const bool main = mine.main || !main_is_known.load();
  mine.generator = Generator(now.seed, main ? 0 : threads + now.next_stream++);
  mine.seeding = now.number.load(std::memory_order_relaxed);
}

}  // namespace

Generator& default_generator() {
  Seeding& now = seeding();
  if (mine.seeding != now.number.load(std::memory_order_acquire) && mine.scopes == 0) [[unlikely]] {
    const std::lock_guard lock(now.mutex);
    take_stream(now);
  }
  return mine.generator;
}

void manual_seed(std::uint64_t seed) {
  if (mine.scopes > 0) {
    mine.generator = Generator(seed);
    return;
  }
  Seeding& now = seeding();
  const std::lock_guard lock(now.mutex);
  now.seed = seed;
  now.next_stream = 1;
  now.number.fetch_add(1, std::memory_order_release);
  take_stream(now);
}

GeneratorScope::GeneratorScope(Generator generator) : before_(std::exchange(mine.generator, generator)) { ++mine.scopes; }
GeneratorScope::~GeneratorScope() {
  --mine.scopes;
  mine.generator = before_;
}

}  // namespace gradus
