#include <gradus/data/sets/sequences.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradus/data/sets/internal/drawn.h>

namespace gradus::data {

void SineOptions::describe(Describe& is) const {
  is(range::between(1, 1 << 24), length);
  is(range::at_least_zero, lowest, highest, noise);
}
TensorDataset<2> sines(std::int64_t n, const SineOptions& o) {
  detail::check_problem("sines", n, o);
  check<ValueError>(o.lowest <= o.highest, "sines: frequencies run from ", o.lowest, " to ", o.highest);
  Generator random(o.seed, detail::stream_of("sine"));
  Array x({n, o.length, 1}, f32), y({n, o.length, 1}, f32);
  float *noisy = n > 0 ? x.mutable_data<float>() : nullptr, *next = n > 0 ? y.mutable_data<float>() : nullptr;
  for (std::int64_t i = 0; i < n; ++i) {
    const double frequency = o.lowest + (o.highest - o.lowest) * random.uniform(), phase = random.uniform();
    const auto wave = [&](std::int64_t t) { return std::sin(2 * std::numbers::pi * (frequency * static_cast<double>(t) + phase)); };
    for (std::int64_t t = 0; t < o.length; ++t) {
      *noisy++ = static_cast<float>(wave(t) + o.noise * random.normal());
      *next++ = static_cast<float>(wave(t + 1));
    }
  }
  return TensorDataset(Tensor(std::move(x)), Tensor(std::move(y)));
}

void CopyOptions::describe(Describe& is) const { is(range::between(1, 1 << 24), length, symbols, pause); }
TensorDataset<2> copying(std::int64_t n, const CopyOptions& o) {
  detail::check_problem("copying", n, o);
  Generator random(o.seed, detail::stream_of("copy"));
  const std::int64_t steps = 2 * o.length + o.pause;
  Array x = Array::zeros({n, steps}, i64), y = Array::zeros({n, steps}, i64);
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t *const heard = x.mutable_data<std::int64_t>() + i * steps, *const said = y.mutable_data<std::int64_t>() + i * steps;
    for (std::int64_t t = 0; t < o.length; ++t)
      heard[t] = said[o.length + o.pause + t] = 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(o.symbols)));
    heard[o.length + o.pause - 1] = o.symbols + 1;
  }
  return TensorDataset(Tensor(std::move(x)), Tensor(std::move(y)));
}

void AdditionOptions::describe(Describe& is) const { is(range::between(1, 18), digits); }
TextPairs addition(std::int64_t n, const AdditionOptions& o) {
  detail::check_problem("addition", n, o);
  Generator random(o.seed, detail::stream_of("addi"));
  const auto number = [&] {
    const std::uint64_t digits = 1 + random.below(static_cast<std::uint64_t>(o.digits));
    std::uint64_t limit = 10;
    for (std::uint64_t k = 1; k < digits; ++k) limit *= 10;
    const std::uint64_t least = digits == 1 ? 0 : limit / 10;
    return least + random.below(limit - least);
  };
  std::vector<std::tuple<std::string, std::string>> pairs;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint64_t a = number(), b = number();
    std::string answer = std::to_string(a + b);
    if (o.reversed) std::reverse(answer.begin(), answer.end());
    pairs.emplace_back(std::to_string(a) + "+" + std::to_string(b) + "=", std::move(answer));
  }
  return TextPairs(std::move(pairs));
}

}  // namespace gradus::data
