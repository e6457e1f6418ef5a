// Convolution and pooling over images: x [N, C, H, W], f32 or f64 (cross-correlation, as everywhere in deep learning).
#pragma once
#include <array>

#include <gradus/autograd/base/describe/option.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// A size for both dimensions, or one each: {3} or {3, 5}, or plain 3.
struct Pair {
  std::int64_t h, w;
  Pair(std::int64_t both) : h(both), w(both) {}
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};
// As an option: "3", or "3,5".
template <> struct OptionTraits<Pair> {
  static std::string text(const void* pair);
  static bool parse(void* pair, std::string_view text);
  static void check(const void* pair, const Range& range, std::string_view who, std::string_view name);
  static constexpr OptionType type{.kind = OptionKind::list, .cpp = &typeid(Pair), .text = text, .parse = parse, .check = check};
};

struct ConvOptions {
  Pair stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
};
// weight [F, C / groups, KH, KW], bias [F] or undefined → [N, F, OH, OW], OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvOptions& options = {});

struct PoolOptions {
  Pair kernel = 2;
  Pair stride = 0;                        // 0: as the kernel
  Pair padding = 0;                       // at most half the kernel
  bool count_include_pad = true;          // average pooling: whether padding counts in the divisor
};
Tensor max_pool2d(const Tensor& x, const PoolOptions& options);    // the first largest gets the gradient; NaN wins
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options);
Tensor adaptive_avg_pool2d(const Tensor& x, Pair output);          // [N, C, output.h, output.w]

}  // namespace gradus
