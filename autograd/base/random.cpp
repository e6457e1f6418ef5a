#include <gradus/autograd/base/random.h>

#include <cmath>
#include <numbers>

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

std::uint32_t Generator::bits() {
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
thread_local Generator generator;
}
Generator& default_generator() { return generator; }
void manual_seed(std::uint64_t seed) { generator = Generator(seed); }

}  // namespace gradus
