#include <gradus/optim/rules/adafactor.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/optim/rules/internal/adafactor_loops.h>

namespace gradus::optim::kernels {
GRADUS_DISPATCH(AdafactorLoops, adafactor_loops)
}

namespace gradus::optim {
namespace {

constexpr std::int64_t worthwhile = blocks_worth_a_thread * whole_block, most_pieces = 32;

// How the sums of a matrix's squares are cut: by its shape alone, across its longer side.
struct Cut {
  bool by_rows;
  std::int64_t length, across, size, pieces;
  Cut(std::int64_t rows, std::int64_t columns)
      : by_rows(4 * rows >= columns), length(by_rows ? rows : columns), across(by_rows ? columns : rows) {
    const std::int64_t wanted = std::clamp<std::int64_t>(rows * columns / worthwhile, 1, std::min(length, most_pieces));
    size = (length + wanted - 1) / wanted;
    pieces = (length + size - 1) / size;
  }
  // Of doubles: sums of rows and columns, and the pieces' own.
  std::int64_t room() const { return 2 * (length + across) + 2 * pieces * across; }
};

// Row and column sums of the squares of g [rows, columns]; `room`: of the cut.
template <class T>
void square_sums(const T* g, std::int64_t rows, std::int64_t columns, double* row_sums, double* column_sums, double* room) {
  const auto sums = kernels::adafactor_loops().of(T{}).sums;
  const Cut cut(rows, columns);
  const std::int64_t of_rows = cut.by_rows ? rows : cut.pieces * rows;
  double* row_parts = room;
  T* column_parts = reinterpret_cast<T*>(room + of_rows);
  parallel_for(cut.pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) {
      const std::int64_t begin = k * cut.size, n = std::min(cut.size, cut.length - begin);
      if (cut.by_rows) sums(g + begin * columns, n, columns, columns, row_parts + begin, column_parts + k * columns);
      else sums(g + begin, rows, n, columns, row_parts + k * rows, column_parts + begin);
    }
  });
  const auto total = [&](const auto* parts, std::int64_t i) {
    double sum = 0;
    for (std::int64_t k = 0; k < cut.pieces; ++k) sum += parts[k * cut.across + i];
    return sum;
  };
  for (std::int64_t i = 0; i < rows; ++i) row_sums[i] = cut.by_rows ? row_parts[i] : total(row_parts, i);
  for (std::int64_t j = 0; j < columns; ++j) column_sums[j] = cut.by_rows ? total(column_parts, j) : static_cast<double>(column_parts[j]);
}

// Brings the means r and c of one matrix up to date; a and b: 1/√ of the parts that rows and columns have in V = r·cᵀ/max(mean r, eps).
template <class T>
void factor(const T* g, T* r, T* c, T* a, T* b, std::int64_t rows, std::int64_t columns, T take, double eps, double* room) {
  double *row_sums = room, *column_sums = row_sums + rows;
  square_sums(g, rows, columns, row_sums, column_sums, column_sums + columns);
  double mean = 0;
  for (std::int64_t i = 0; i < rows; ++i) mean += r[i] += take * (static_cast<T>(row_sums[i] / static_cast<double>(columns)) - r[i]);
  mean = std::max(mean / static_cast<double>(rows), eps);
  for (std::int64_t j = 0; j < columns; ++j) c[j] += take * (static_cast<T>(column_sums[j] / static_cast<double>(rows)) - c[j]);
  for (std::int64_t i = 0; i < rows; ++i) a[i] = static_cast<T>(std::sqrt(mean / static_cast<double>(r[i])));
  for (std::int64_t j = 0; j < columns; ++j) b[j] = static_cast<T>(1 / std::sqrt(static_cast<double>(c[j])));
}

// A stack of matrices [rows, columns] in tiles of about a block, each within one matrix; and what it needs besides: partial sums, the
// scales a and b, and the room for sums of squares of each matrix, of one if they are so large that each takes all cores, or none if the
// stack will do.
struct Stack {
  std::int64_t rows, columns, matrix, matrices, width, height, across, down, tiles, sums, sums_of_each;
  explicit Stack(const Shape& shape)
      : rows(shape[shape.rank() - 2]), columns(shape[shape.rank() - 1]), matrix(rows * columns), matrices(shape.elements() / matrix),
        width(std::min(columns, whole_block)), height(std::min(rows, std::max<std::int64_t>(1, whole_block / width))),
        across((columns + width - 1) / width), down((rows + height - 1) / height), tiles(matrices * down * across),
        sums(Cut(rows, columns).room()),
        sums_of_each(large() || few() ? 0 : sums) {}
  static constexpr std::int64_t few_sums = 512;
  bool large() const { return matrix > worthwhile; }
  bool few() const { return !large() && sums <= few_sums; }
  std::int64_t parts() const { return std::max(tiles, blocks_of(matrices * matrix)); }
  std::int64_t scales() const { return matrices * (rows + columns); }
  std::int64_t room() const { return large() ? sums : matrices * sums_of_each; }
};

// w ← keep·w − step·U, the step being step_of(Σ U²).
template <class T, class StepOf>
void update_factored(const WholeParameter<T>& p, T take, T eps, T keep, StepOf&& step_of) {
  const auto& loops = kernels::adafactor_loops().of(T{});
  const Stack stack(p.shape);
  const std::int64_t rows = stack.rows, columns = stack.columns, matrix = stack.matrix, matrices = stack.matrices;
  double *parts = static_cast<double*>(p.scratch), *room = parts + stack.parts();
  T *a = reinterpret_cast<T*>(room + stack.room()), *b = a + matrices * rows;
  const auto take_in = [&](std::int64_t first, std::int64_t last) {
    double few[Stack::few_sums];
    for (std::int64_t k = first; k < last; ++k)
      factor(p.g + k * matrix, p.slots[0] + k * rows, p.slots[1] + k * columns, a + k * rows, b + k * columns, rows, columns, take,
             static_cast<double>(eps), stack.few() ? few : room + k * stack.sums_of_each);
  };
  if (stack.large()) take_in(0, matrices);   // each on all cores
  else parallel_for(matrices, items_worth(worthwhile, matrix), take_in);

  const auto tile = [=, &p, &stack](std::int64_t i, auto&& use) {
    const std::int64_t k = i / (stack.down * stack.across), top = i / stack.across % stack.down * stack.height,
                       left = i % stack.across * stack.width;
    const std::int64_t from = k * stack.matrix + top * stack.columns + left;
    return use(kernels::FactoredTile<T>{p.g + from, a + k * stack.rows + top, b + k * stack.columns + left,
                                        std::min(stack.height, stack.rows - top), std::min(stack.width, stack.columns - left),
                                        stack.columns, 1 / eps},
               from);
  };
  const std::int64_t grain = items_worth(worthwhile, stack.width * stack.height);
  const T step = step_of(ordered_sum(
      parts, stack.tiles, grain, [&](std::int64_t i) { return tile(i, [&](const auto& t, std::int64_t) { return loops.squares(t); }); }));
  parallel_for(stack.tiles, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) tile(i, [&](const auto& t, std::int64_t from) { loops.step(t, p.w + from, keep, step); });
  });
}

template <class T, class StepOf>
void update_whole(const WholeParameter<T>& p, T take, T eps, T keep, StepOf&& step_of) {
  const auto& loops = kernels::adafactor_loops().of(T{});
  T* v = p.slots[2];
  const T step = step_of(sum_over_blocks(static_cast<double*>(p.scratch), p.n, [&](std::int64_t begin, std::int64_t end) {
    return loops.whole_squares(p.g + begin, v + begin, end - begin, take, eps);
  }));
  for_blocks(p.n, [&](std::int64_t begin, std::int64_t end) {
    loops.whole_step(p.w + begin, p.g + begin, v + begin, end - begin, eps, keep, step);
  });
}

template <class T>
void adafactor_update(const WholeParameter<T>& p, const AdafactorRule::Scalars& s) {
  if (p.n == 0) return;
  const T take(s.take), eps(s.eps1 == 0 ? std::numeric_limits<T>::epsilon() : T(s.eps1)), keep(s.keep);
  const double count = static_cast<double>(p.n),
               alpha = std::max(s.eps2, norm(static_cast<double*>(p.scratch), p.w, p.n) / std::sqrt(count)) * s.rho;
  const auto step_of = [&](double squares) { return static_cast<T>(s.sign * alpha / std::max(1., std::sqrt(squares / count) / s.d)); };
  if (p.shape.rank() > 1) update_factored(p, take, eps, keep, step_of);
  else update_whole(p, take, eps, keep, step_of);
}

}  // namespace

std::optional<Shape> AdafactorRule::slot_shape(std::size_t slot, const Shape& parameter) {
  const int rank = parameter.rank();
  if ((slot == 2) != (rank < 2)) return std::nullopt;
  Shape out = parameter;
  if (slot < 2) out[slot == 0 ? rank - 1 : rank - 2] = 1;
  return out;
}

std::int64_t AdafactorRule::scratch(const Shape& shape, Dtype dtype) {
  constexpr std::int64_t wide = sizeof(double);
  if (shape.elements() == 0) return 0;
  if (shape.rank() < 2) return blocks_of(shape.elements()) * wide;
  const Stack stack(shape);
  return (stack.parts() + stack.room()) * wide + stack.scales() * static_cast<std::int64_t>(size_of(dtype));
}

AdafactorRule::Scalars AdafactorRule::scalars(const Options& o, std::int64_t t, bool) {
  const double steps = static_cast<double>(t);
  return {.sign = o.maximize ? -1. : 1., .take = std::pow(steps, o.beta2_decay), .rho = std::min(o.lr, 1 / std::sqrt(steps)),
          .eps1 = o.eps[0],
          .eps2 = o.eps[1], .d = o.d, .keep = 1 - o.lr * o.weight_decay};
}

std::string AdafactorRule::formula(const Options& o) {
  const std::string eps = o.eps[0] == 0 ? "ε(dtype)" : text(o.eps[0]);
  return text(o.maximize ? "g ← −g;  " : "", o.weight_decay != 0 ? text("w ← w − ", o.lr, "·", o.weight_decay, "·w;  ") : "", "q = t^",
              o.beta2_decay, ";  r ← r + q·(row mean of g² − r);  c ← c + q·(column mean of g² − c);  U = g/max(√(r·cᵀ/max(mean r, ", eps,
              ")), ", eps, ");  w ← w − max(", o.eps[1], ", RMS(w))·min(", o.lr, ", 1/√t) · U/max(1, RMS(U)/", o.d, ")");
}

Loop AdafactorRule::loop(Dtype dtype, Kept) {
  return visit_floating(dtype, name, []<class T>(T) -> Loop { return whole_loop<adafactor_update<T>>; });
}

template class OptimizerOf<AdafactorRule>;

}  // namespace gradus::optim
