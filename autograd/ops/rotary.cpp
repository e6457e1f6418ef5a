// Positions by rotation (attention.h).
#include <cmath>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Sines and cosines of a few positions, and which of them each row has.
struct Turns {
  Array cosines, sines;  // f64 [positions, pairs]
  Array place;           // i64, one a row; undefined: row i of the last but one dimension has position i
  bool interleaved;
};

Turns turns_of(const Tensor& x, const RotaryOptions& options, std::int64_t dimensions) {
  const std::int64_t pairs = dimensions / 2;
  Turns out{.interleaved = options.interleaved};
  Array positions;
  if (options.positions.defined()) {
    Shape rows = x.shape();
    rows.erase(rows.rank() - 1);
    positions = options.positions.value().to(i64).as_contiguous();
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(positions.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
    out.place = Array::from(numbers, positions.shape()).expand(rows).as_contiguous();
  }
  const std::int64_t count = positions.defined() ? positions.size() : x.dim(-2);
  out.cosines = Array({count, pairs}, f64), out.sines = Array({count, pairs}, f64);
  double *c = out.cosines.mutable_data<double>(), *s = out.sines.mutable_data<double>();
  const std::int64_t* given = positions.defined() ? positions.data<std::int64_t>() : nullptr;
  std::vector<double> speeds(static_cast<std::size_t>(pairs));
  for (std::int64_t i = 0; i < pairs; ++i)
    speeds[static_cast<std::size_t>(i)] = std::pow(options.base, -2 * static_cast<double>(i) / static_cast<double>(dimensions));
  parallel_for(count, items_worth(1 << 11, pairs), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p)
      for (std::int64_t i = 0; i < pairs; ++i) {
        const double angle = static_cast<double>(options.offset + (given ? given[p] : p)) * speeds[static_cast<std::size_t>(i)];
        c[p * pairs + i] = std::cos(angle), s[p * pairs + i] = std::sin(angle);
      }
  });
  out.cosines = out.cosines.to(x.dtype()), out.sines = out.sines.to(x.dtype());
  return out;
}

// Linear; its gradient turns the other way.
struct Rotary final : Op, detail::Described {
  std::string_view name() const override { return "rotary_embedding"; }
  void describe(detail::OpOptions& o) const override {
    o("cosines", turns.cosines)("sines", turns.sines)("place", turns.place)("interleaved", turns.interleaved);
  }
  Turns turns;
  bool back;
  SmallVector<Array, 4> keeps() const override { return {turns.cosines, turns.sines, turns.place}; }
  Rotary(const Turns& turns, bool back) : turns(turns), back(back) {}

  Array forward(const Tensor& x) {
    const Array from = x.value().as_contiguous();
    Array to(x.shape(), x.dtype());
    const std::int64_t width = x.dim(-1), length = x.dim(-2), pairs = turns.cosines.shape()[1], rows = width ? x.size() / width : 0;
    visit_floating(x.dtype(), name(), [&]<class T>(T) {
      const T *in = from.data<T>(), *cosines = turns.cosines.data<T>(), *sines = turns.sines.data<T>();
      T* out = to.mutable_data<T>();
      const std::int64_t* place = turns.place.defined() ? turns.place.data<std::int64_t>() : nullptr;
      const T sign = back ? T(-1) : T(1);
      parallel_for(rows, items_worth(1 << 14, width), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          const std::int64_t at = (place ? place[row] : row % length) * pairs;
          const T *c = cosines + at, *s = sines + at, *a = in + row * width, *b = a + pairs;
          T *y = out + row * width, *z = y + pairs;
          if (turns.interleaved)
            for (std::int64_t i = 0; i < pairs; ++i) {
              const T p = a[2 * i], q = a[2 * i + 1], turn = sign * s[i];
              y[2 * i] = p * c[i] - q * turn, y[2 * i + 1] = q * c[i] + p * turn;
            }
          else
            for (std::int64_t i = 0; i < pairs; ++i) {
              const T p = a[i], q = b[i], turn = sign * s[i];
              y[i] = p * c[i] - q * turn, z[i] = q * c[i] + p * turn;
            }
          for (std::int64_t i = 2 * pairs; i < width; ++i) y[i] = a[i];
        }
      });
    });
    return to;
  }
  Grads backward(Tensor g) override { return {record(Rotary(turns, !back), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Rotary(turns, back), vs[0]); }
};

}  // namespace

Tensor rotary_embedding(const Tensor& x, const RotaryOptions& options) {
  check_defined("rotary_embedding", x);
  check_computes_in(x.dtype(), "rotary_embedding");
  check<ShapeError>(x.rank() >= 2, "rotary_embedding: x must be [..., L, D], not ", x.shape());
  const std::int64_t dimensions = options.dimensions == 0 ? x.dim(-1) : options.dimensions;
  check<ShapeError>(dimensions % 2 == 0 && dimensions >= 0 && dimensions <= x.dim(-1), "rotary_embedding: turns pairs of numbers, and not ",
                    dimensions, " of the ", x.dim(-1), " in a row of x ", x.shape());
  check<ValueError>(options.base > 0, "rotary_embedding: base must be positive, not ", options.base);
  if (const Tensor& positions = options.positions; positions.defined()) {
    check<DtypeError>(is_integer(positions.dtype()), "rotary_embedding: positions must be whole numbers, not ", positions.dtype());
    bool fits = positions.rank() < x.rank();
    for (int i = 1; fits && i <= positions.rank(); ++i) fits = positions.dim(-i) == 1 || positions.dim(-i) == x.dim(-i - 1);
    check<ShapeError>(fits, "rotary_embedding: positions ", positions.shape(), " do not broadcast to the rows of x ", x.shape());
  }
  return record(Rotary(turns_of(x, options, dimensions), false), x);
}

}  // namespace gradus
