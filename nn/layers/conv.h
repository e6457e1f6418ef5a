// Convolutions of sequences, images and volumes with learned kernels, and their transposes. What they compute: ops/conv.h.
//   nn::Conv2d conv{1, 32, {.kernel = 3, .padding = 1}};   Tensor y = conv(x);                    // [64, 1, 28, 28] → [64, 32, 28, 28]
//   nn::Conv1d wide{4, 8, {.kernel = 5, .padding = "same", .dilation = 2, .padding_mode = nn::PaddingMode::circular}};
//   nn::ConvTranspose2d up{32, 16, {.kernel = 2, .stride = 2}};   Tensor z = up(y, {57, 57});     // one of the sizes that fit
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

// How many pixels are put around x: a number for all directions, one each, or a word: "valid", none; "same", as many (of an odd number one
// more at the end) as leave the size as it is, with stride 1.
class ConvPadding {
 public:
  ConvPadding(std::int64_t all) : of{all} {}
  ConvPadding(std::initializer_list<std::int64_t> each);                                          // ValueError for more than three
  ConvPadding(Pair p) : of{p.h, p.w}, count(2) {}
  ConvPadding(const Triple& p) : of{p.d, p.h, p.w}, count(3) {}
  template <std::size_t n>
  ConvPadding(const char (&word)[n]) : ConvPadding(named(word)) {}                                // ValueError for another word

  std::array<std::int64_t, 3> of;
  int count = 1;
  bool same = false;

 private:
  static ConvPadding named(const char* word);
};

enum class PaddingMode { zeros, reflect, replicate, circular };                                   // what these pixels are: PadMode

struct Conv1dOptions {
  std::int64_t kernel = 3, stride = 1;
  ConvPadding padding = 0;
  std::int64_t dilation = 1, groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::zeros;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};
struct Conv2dOptions {
  Pair kernel = 3, stride = 1;
  ConvPadding padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::zeros;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct Conv3dOptions {
  Triple kernel = 3, stride = 1;
  ConvPadding padding = 0;
  Triple dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::zeros;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};

// Weight and bias are uniform in ±1/√(weight.size(1) · ∏ kernel) (PyTorch's default). ValueError for an option out of its range, and unless
// channels are >= 1 and groups divides both. x has [N, …], or no N.
class Conv1d {
 public:
  Conv1d(std::int64_t in, std::int64_t out, const Conv1dOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // [N, in, L] → [N, out, OL]

  Parameter weight;                                          // [out, in / groups, kernel]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Conv1d::weight, &Conv1d::bias>;

 private:
  ConvOptions1d options_;
  PaddingMode mode_;
};

class Conv2d {
 public:
  Conv2d(std::int64_t in, std::int64_t out, const Conv2dOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // [N, in, H, W] → [N, out, OH, OW]

  Parameter weight;                                          // [out, in / groups, kernel.h, kernel.w]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Conv2d::weight, &Conv2d::bias>;

 private:
  ConvOptions options_;
  PaddingMode mode_;
};

class Conv3d {
 public:
  Conv3d(std::int64_t in, std::int64_t out, const Conv3dOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // [N, in, D, H, W] → [N, out, OD, OH, OW]

  Parameter weight;                                          // [out, in / groups, kernel.d, kernel.h, kernel.w]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Conv3d::weight, &Conv3d::bias>;

 private:
  ConvOptions3d options_;
  PaddingMode mode_;
};

struct ConvTranspose1dOptions {
  std::int64_t kernel = 3, stride = 1, padding = 0, output_padding = 0, groups = 1;
  bool bias = true;
  std::int64_t dilation = 1;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct ConvTranspose2dOptions {
  Pair kernel = 3, stride = 1, padding = 0, output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Pair dilation = 1;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct ConvTranspose3dOptions {
  Triple kernel = 3, stride = 1, padding = 0, output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Triple dilation = 1;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};

// The sizes that a convolution with these options makes x's size of are `stride` many: output_padding chooses one, or output_size in the
// call (of the last dimensions, or all of the shape of the result; ValueError for another size).
class ConvTranspose1d {
 public:
  ConvTranspose1d(std::int64_t in, std::int64_t out, const ConvTranspose1dOptions& options = {});
  Tensor operator()(const Tensor& x, const Shape& output_size = {}) const;   // [N, in, L] → [N, out, OL]

  Parameter weight;                                          // [in, out / groups, kernel]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&ConvTranspose1d::weight, &ConvTranspose1d::bias>;

 private:
  ConvTransposeOptions1d options_;
};

class ConvTranspose2d {
 public:
  ConvTranspose2d(std::int64_t in, std::int64_t out, const ConvTranspose2dOptions& options = {});
  Tensor operator()(const Tensor& x, const Shape& output_size = {}) const;   // [N, in, H, W] → [N, out, OH, OW]

  Parameter weight;                                          // [in, out / groups, kernel.h, kernel.w]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&ConvTranspose2d::weight, &ConvTranspose2d::bias>;

 private:
  ConvTransposeOptions options_;
};

class ConvTranspose3d {
 public:
  ConvTranspose3d(std::int64_t in, std::int64_t out, const ConvTranspose3dOptions& options = {});
  Tensor operator()(const Tensor& x, const Shape& output_size = {}) const;   // [N, in, D, H, W] → [N, out, OD, OH, OW]

  Parameter weight;                                          // [in, out / groups, kernel.d, kernel.h, kernel.w]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&ConvTranspose3d::weight, &ConvTranspose3d::bias>;

 private:
  ConvTransposeOptions3d options_;
};

}  // namespace gradus::nn

// As an option: "1", "1,2", "same".
template <> struct gradus::OptionTraits<gradus::nn::ConvPadding> {
  static std::string text(const void* padding);
  static bool parse(void* padding, std::string_view text);
  static void check(const void* padding, const Range& range, std::string_view who, std::string_view name);
  static constexpr OptionType type{.kind = OptionKind::list, .cpp = &typeid(nn::ConvPadding), .text = text, .parse = parse, .check = check};
};
