// Where a row stands in its sequence: attention alone sees a set of rows.
//   nn::SinusoidalPositions places{128};   nn::LearnedPositions places{1024, 128};   Tensor y = places(x);        // x [N, L, 128] + …
//   nn::RotaryPositions turn;              Tensor q = turn(queries), k = turn(keys);                              // [N, heads, L, D]
//   nn::ALiBi bias{8};                     attention(x, x, x, {.attn_mask = bias(L, L), .is_causal = true});
// `offset` is the position of the first row: what a key-value cache has before, cache.length(). Sequences are [N, L, E] or [L, E], or with
// batch_first = false [L, N, E].
#pragma once
#include <cstdint>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct SinusoidalPositionsOptions {
  double base = 10000;
  bool batch_first = true;
  void describe(Describe& is) const;
};
struct LearnedPositionsOptions {
  double deviation = 0.02;                                   // of the initial values, which are normal
  bool batch_first = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};

// x + p, where p[l, 2i] = sin(l / base^(2i/E)) and p[l, 2i + 1] = cos of the same (Vaswani et al., 2017).
class SinusoidalPositions {
 public:
  explicit SinusoidalPositions(std::int64_t features, const SinusoidalPositionsOptions& options = {});   // ValueError unless >= 1
  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;

 private:
  std::int64_t features_;
  double base_;
  bool batch_first_;
};

// x + weight[l], a learned row for each position.
class LearnedPositions {
 public:
  LearnedPositions(std::int64_t most, std::int64_t features, const LearnedPositionsOptions& options = {});
  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;   // ValueError for a position from `most` on

  Parameter weight;                                          // [most, features]
  using Fields = nn::Fields<&LearnedPositions::weight>;

 private:
  bool batch_first_;
};

// Queries and keys [..., L, D] turned by their positions, so that their products know the distance (Su et al., "RoFormer", 2021):
// rotary_embedding of ops/attention.h.
struct RotaryPositions {
  double base = 10000;
  bool interleaved = false;                                  // pairs are neighbours (2i, 2i + 1), not (i, i + D/2)
  std::int64_t dimensions = 0;                               // how many of the first numbers are turned; 0: all
  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;
};

// −m·|i − j| for row i and column j, [heads, rows, columns], where m falls from head to head, 2^(−8/heads), 2^(−16/heads), … (Press et al.,
// "Train Short, Test Long", 2022); a number of heads that is no power of two takes every other of twice as many for the rest. Rows are the
// last ones of the columns.
class ALiBi {
 public:
  explicit ALiBi(std::int64_t heads, Dtype dtype = f32);     // ValueError unless heads >= 1
  Tensor operator()(std::int64_t rows, std::int64_t columns) const;

 private:
  std::int64_t heads_;
  Dtype dtype_;
};

}  // namespace gradus::nn
