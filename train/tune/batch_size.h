// The largest batch that a limit of memory allows: a step is made with two small batches, and what they take beside each other says what a
// sample costs and what is there in any case. An opt-in header, not in <gradus/gradus.h>.
//   const train::BatchSize fits = train::fit_batch_size(
//       [&](std::int64_t n) { adam.zero_grad();  loss(net(randn({n, 3, 32, 32})), zeros({n}, i64)).backward();  adam.step(); },
//       {.bytes = 8'000'000'000});
//   data::DataLoader loader(pictures, {.batch_size = fits.size});
#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>

#include <gradus/autograd/base/describe/options.h>

namespace gradus::train {

struct BatchSizeOptions {
  std::int64_t bytes = 0;                   // the limit, of arrays and what operations keep (pool::peak_bytes)
  double margin = 0.1;                      // of it that stays free
  std::int64_t small = 4, large = 16;       // the batches that are tried
  std::int64_t most = 65536, multiple = 1;  // the result is at most `most`, and a multiple of this where it is that large

  void describe(Describe& is) const {
    is(range::at_least_one, bytes, small, large, most, multiple);
    is(range::below_one, margin);
  }
};

struct BatchSize {
  std::int64_t size = 0;
  double bytes_per_sample = 0, bytes_fixed = 0;
  double bytes() const { return bytes_fixed + bytes_per_sample * static_cast<double>(size); }   // that are expected of it
};
std::ostream& operator<<(std::ostream& out, const BatchSize& fits);

// `step` makes one step of training with n samples, and is called three times: it trains. Other threads' arrays count, too. ValueError:
// options out of range, large not above small; not even one sample fits, with the numbers.
BatchSize fit_batch_size(const std::function<void(std::int64_t n)>& step, const BatchSizeOptions& options);

}  // namespace gradus::train
