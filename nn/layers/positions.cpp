#include <gradus/nn/layers/positions.h>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

// Rows of x, a sequence of so many features; ShapeError.
std::int64_t rows_of(const char* layer, const Tensor& x, std::int64_t features, bool batch_first) {
  check_defined(layer, x);
  check<ShapeError>((x.rank() == 2 || x.rank() == 3) && x.dim(-1) == features, layer, ": takes ", batch_first ? "[N, L, " : "[L, N, ",
                    features, "] or [L, ", features, "], not ", x.shape());
  return x.dim(batch_first ? -2 : 0);
}

// x and a row for each position.
Tensor added(const Tensor& x, const Tensor& rows, bool batch_first) {
  return x + (batch_first || x.rank() == 2 ? rows : unsqueeze(rows, 1));
}

template <class Options>
const Options& checked_positions(const char* layer, const Options& o) {
  check_options(layer, o);
  return o;
}

double slope_of(std::int64_t head, std::int64_t heads) {
  std::int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  return head < power ? std::exp2(-8.0 * static_cast<double>(head + 1) / static_cast<double>(power))
                      : std::exp2(-8.0 * (2 * static_cast<double>(head - power) + 1) / static_cast<double>(2 * power));
}

}  // namespace

void SinusoidalPositionsOptions::describe(Describe& is) const { is(range::above_zero, base); }
void LearnedPositionsOptions::describe(Describe& is) const {
  is(range::at_least_zero, deviation);
  is(range::one_of_first(computing_types), dtype);
}

SinusoidalPositions::SinusoidalPositions(std::int64_t features, const SinusoidalPositionsOptions& o)
    : features_(features), base_(checked_positions("SinusoidalPositions", o).base), batch_first_(o.batch_first) {
  check<ValueError>(features >= 1, "SinusoidalPositions: needs at least 1 feature, not ", features);
}

Tensor SinusoidalPositions::operator()(const Tensor& x, std::int64_t offset) const {
  const auto run = [&]() -> Tensor {
    const std::int64_t rows = rows_of("SinusoidalPositions", x, features_, batch_first_);
    check_computes_in(x.dtype(), "SinusoidalPositions");
    Array table({rows, features_}, x.dtype());
    visit_floating(x.dtype(), "SinusoidalPositions", [&]<class T>(T) {
      T* to = table.mutable_data<T>();
      for (std::int64_t e = 0; e < features_; ++e) {
        const double speed = std::pow(base_, -static_cast<double>(e / 2 * 2) / static_cast<double>(features_));
        for (std::int64_t l = 0; l < rows; ++l) {
          const double angle = static_cast<double>(offset + l) * speed;
          to[l * features_ + e] = static_cast<T>(e % 2 ? std::cos(angle) : std::sin(angle));
        }
      }
    });
    return added(x, Tensor(table), batch_first_);
  };
  return nn::call(*this, run, x);
}

LearnedPositions::LearnedPositions(std::int64_t most, std::int64_t features, const LearnedPositionsOptions& o)
    : batch_first_(checked_positions("LearnedPositions", o).batch_first) {
  check<ValueError>(most >= 1 && features >= 1, "LearnedPositions: needs at least 1 position of at least 1 feature, not ", most, " of ",
                    features);
  weight = Parameter(Array({most, features}, o.dtype), "weight");
  init::normal(weight, 0, o.deviation, o.generator ? *o.generator : default_generator());
}

Tensor LearnedPositions::operator()(const Tensor& x, std::int64_t offset) const {
  const auto run = [&]() -> Tensor {
    const std::int64_t rows = rows_of("LearnedPositions", x, weight.shape()[1], batch_first_), most = weight.shape()[0];
    check<ValueError>(0 <= offset && offset <= most - rows, "LearnedPositions: has positions 0 to ", most - 1, ", not ", offset, " to ",
                      offset + rows - 1, ": x ", x.shape());
    return added(x, slice(weight, 0, offset, offset + rows), batch_first_);
  };
  return nn::call(*this, run, x);
}

Tensor RotaryPositions::operator()(const Tensor& x, std::int64_t offset) const {
  const auto run = [&]() -> Tensor {
    return rotary_embedding(x, {.base = base, .interleaved = interleaved, .offset = offset, .dimensions = dimensions});
  };
  return nn::call(*this, run, x);
}

ALiBi::ALiBi(std::int64_t heads, Dtype dtype) : heads_(heads), dtype_(dtype) {
  check<ValueError>(heads >= 1, "ALiBi: needs at least 1 head, not ", heads);
  check_computes_in(dtype, "ALiBi");
}

Tensor ALiBi::operator()(std::int64_t rows, std::int64_t columns) const {
  check<ShapeError>(0 <= rows && rows <= columns, "ALiBi: rows are the last ones of the columns, not ", rows, " of ", columns);
  Array bias({heads_, rows, columns}, dtype_);
  visit_floating(dtype_, "ALiBi", [&]<class T>(T) {
    T* to = bias.mutable_data<T>();
    for (std::int64_t h = 0; h < heads_; ++h) {
      const double slope = slope_of(h, heads_);
      for (std::int64_t i = columns - rows; i < columns; ++i)
        for (std::int64_t j = 0; j < columns; ++j) *to++ = static_cast<T>(-slope * static_cast<double>(i > j ? i - j : j - i));
    }
  });
  return Tensor(bias);
}

}  // namespace gradus::nn
