// Small problems for networks that read sequences; the same seed gives the same data everywhere.
//   auto sums = data::addition(1000, {.digits = 3});   auto [question, answer] = sums.get(0);      // "271+98=", "369"
// ValueError for n < 0 and for options out of their range.
#pragma once
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/data/dataset/tensor_dataset.h>

namespace gradus {
class Describe;
}

namespace gradus::data {

// x f32 [n, length, 1]: sin(2π·frequency·t + phase) at t = 0, 1, …, with frequency and phase drawn for each, plus normal noise;
// y f32 [n, length, 1]: the sine itself, one step later.
struct SineOptions {
  std::int64_t length = 64;
  double lowest = 0.02, highest = 0.1, noise = 0;  // frequencies in oscillations a step
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> sines(std::int64_t n, const SineOptions& options = {});

// The copying task (Hochreiter and Schmidhuber, 1997; Arjovsky et al., 2016): x i64 [n, 2·length + pause] has `length` symbols from 1 to
// `symbols`, blanks (0), the last of the pause is the sign to speak (symbols + 1), and `length` blanks; y i64, as long, is 0 but for the
// last `length` places, which repeat the symbols.
struct CopyOptions {
  std::int64_t length = 10, symbols = 8, pause = 20;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> copying(std::int64_t n, const CopyOptions& options = {});

// Sums as texts: ("271+98=", "369"). Numbers have 1 to `digits` digits, each count as likely.
struct AdditionOptions {
  std::int64_t digits = 3;  // at most 18
  bool reversed = false;    // answers with their last digit first, which are easier
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
class TextPairs {
 public:
  explicit TextPairs(std::vector<std::tuple<std::string, std::string>> pairs) : pairs_(std::move(pairs)) {}
  std::int64_t size() const { return static_cast<std::int64_t>(pairs_.size()); }
  std::tuple<std::string, std::string> get(std::int64_t i) const {
    check_index(i, size(), "TextPairs");
    return pairs_[static_cast<std::size_t>(i)];
  }

 private:
  std::vector<std::tuple<std::string, std::string>> pairs_;
};
TextPairs addition(std::int64_t n, const AdditionOptions& options = {});

}  // namespace gradus::data
