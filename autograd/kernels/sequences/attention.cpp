#include <gradus/autograd/kernels/sequences/attention.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/elementwise/dropout.h>
#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(AttentionLoops, attention_loops)

namespace {

constexpr std::int64_t tile_rows = 128, tile_columns = 512, tile_columns_back = 256;
constexpr std::int64_t pitch = tile_columns + 16, pitch_back = tile_columns_back + 16;  // between rows of a tile: no power of two
constexpr double infinity = std::numeric_limits<double>::infinity();

std::int64_t tiles_of(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

// Where each batch of an array begins: the offsets of its leading dimensions, row-major, without the last two.
std::vector<std::int64_t> batch_offsets(const Array& a) {
  std::vector<std::int64_t> offsets{0};
  for (int i = 0; i + 2 < a.rank(); ++i) {
    std::vector<std::int64_t> next;
    next.reserve(offsets.size() * static_cast<std::size_t>(a.shape()[i]));
    for (const std::int64_t offset : offsets)
      for (std::int64_t j = 0; j < a.shape()[i]; ++j) next.push_back(offset + j * a.strides()[i]);
    offsets = std::move(next);
  }
  return offsets;
}

Array with_whole_rows(const Array& a) { return a.shape()[a.rank() - 1] == 1 || a.strides()[a.rank() - 1] == 1 ? a : a.contiguous_copy(); }

// Matrices of k or v, whose rows lie anywhere.
template <class T>
struct Matrices {
  Array a;
  const T* data;
  std::int64_t stride;
  std::vector<std::int64_t> offsets;
  explicit Matrices(const Array& given)
      : a(with_whole_rows(given)), data(a.data<T>()), stride(a.strides()[a.rank() - 2]), offsets(batch_offsets(a)) {
    if (stride < a.shape()[a.rank() - 1]) {  // one row for all, which a product does not take
      a = a.contiguous_copy();
      data = a.data<T>(), stride = a.strides()[a.rank() - 2], offsets = batch_offsets(a);
    }
  }
  Matrix<T> rows(std::int64_t batch, std::int64_t row, bool transposed = false) const {
    return {data + offsets[static_cast<std::size_t>(batch)] + row * stride, stride, transposed};
  }
};

// Rows of the mask as what is added to scores.
template <class T>
class Bias {
 public:
  explicit Bias(const Array& mask) {
    if (!mask.defined()) return;
    // Each row whole, or one number for all of it; rows may be the same ones.
    const int last = mask.rank() - 1;
    a_ = mask.strides()[last] == 1 || mask.strides()[last] == 0 || mask.shape()[last] == 1 ? mask : mask.contiguous_copy();
    step_ = mask.shape()[last] == 1 ? 1 : a_.strides()[last];
    stride_ = a_.strides()[last - 1];
    offsets_ = batch_offsets(a_);
  }
  // Those of row i, columns from j on, in `room` if they lie otherwise.
  const T* row(std::int64_t batch, std::int64_t i, std::int64_t j, std::int64_t n, T* room) const {
    if (!a_.defined()) return nullptr;
    const std::int64_t at = offsets_[static_cast<std::size_t>(batch)] + i * stride_ + j * step_;
    if (a_.dtype() == boolean) {
      const bool* from = a_.data<bool>() + at;
      if (step_ == 1)
        for (std::int64_t c = 0; c < n; ++c) room[c] = from[c] ? T(0) : static_cast<T>(-infinity);
      else
        std::fill_n(room, n, *from ? T(0) : static_cast<T>(-infinity));
      return room;
    }
    const T* from = a_.data<T>() + at;
    if (step_ == 1) return from;
    std::fill_n(room, n, *from);
    return room;
  }

 private:
  Array a_;
  std::int64_t step_ = 1, stride_ = 0;
  std::vector<std::int64_t> offsets_;
};

// What both directions know of a call.
template <class T>
struct Pass {
  const Attention& call;
  const AttentionRows<T>& loops = attention_loops().of(T{});
  const DropoutLoop<T> drop = dropout_loops().of(T{});
  std::int64_t rows, columns, width, out_width, batches;
  Array scaled_q;  // contiguous
  const T* q;
  Matrices<T> k, v;
  Bias<T> bias;

  explicit Pass(const Attention& call) : call(call), k(call.k), v(call.v), bias(call.mask) {
    const int rank = call.q.rank();
    rows = call.q.shape()[rank - 2], width = call.q.shape()[rank - 1];
    columns = call.k.shape()[call.k.rank() - 2], out_width = call.v.shape()[call.v.rank() - 1];
    batches = 1;
    for (int i = 0; i + 2 < rank; ++i) batches *= call.q.shape()[i];
    const Array whole = call.q.as_contiguous();
    scaled_q = Array(whole.shape(), whole.dtype());
    const T* from = whole.data<T>();
    T* to = scaled_q.mutable_data<T>();
    parallel_for(whole.size(), 1 << 15,
                 [&](std::int64_t begin, std::int64_t end) { loops.scaled(from + begin, end - begin, call.scale, to + begin); });
    q = to;
  }

  // Of columns from `column` on, how many row i sees of n.
  std::int64_t seen(std::int64_t i, std::int64_t column, std::int64_t n) const {
    return call.causal ? std::clamp<std::int64_t>(i + 1 - column, 0, n) : n;
  }
  Matrix<T> q_rows(std::int64_t batch, std::int64_t i) const { return {q + (batch * rows + i) * width, width}; }
  std::int64_t kv(std::int64_t batch) const { return batch / call.repeats; }

  void drop_row(const T* from, std::int64_t n, std::int64_t batch, std::int64_t i, std::int64_t column, T* to) const {
    if (call.dropout >= 1) return void(std::fill_n(to, n, T(0)));
    const auto block = static_cast<std::uint64_t>((batch * rows + i) * ((columns + 3) / 4) + column / 4);
    drop(from, n, block, call.key, static_cast<std::uint32_t>(call.dropout * 0x1p32), static_cast<T>(1 / (1 - call.dropout)), to);
  }
};

template <class T>
void attend(const Pass<T>& job, std::int64_t batch, std::int64_t first, std::int64_t count, T* s, T* out, T* log_sums) {
  T largest[tile_rows], room[tile_columns];
  double total[tile_rows];
  std::fill_n(largest, count, static_cast<T>(-infinity));
  std::fill_n(total, count, 0.0);
  const std::int64_t width = job.out_width, columns = job.seen(first + count - 1, 0, job.columns);
  for (std::int64_t j = 0; j < columns; j += tile_columns) {
    const std::int64_t n = std::min(tile_columns, columns - j);
    gemm(Product<T>{count, n, job.width, job.q_rows(batch, first), job.k.rows(job.kv(batch), j, true), s, pitch});
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t i = first + r, seen = job.seen(i, j, n);
      T* const row = s + r * pitch;
      if (seen > 0)
        job.loops.weigh(row, seen, job.bias.row(batch, i, j, seen, room), largest[r], total[r], j > 0 ? out + r * width : nullptr, width);
      if (job.call.dropout > 0) job.drop_row(row, seen, batch, i, j, row);
      std::fill(row + seen, row + n, T(0));
    }
    gemm(Product<T>{count, width, n, {s, pitch}, job.v.rows(job.kv(batch), j), out, width, nullptr, j > 0});
  }
  if (columns == 0) std::fill_n(out, count * width, T(0));
  for (std::int64_t r = 0; r < count; ++r) {
    const bool none = total[r] == 0;
    job.loops.scaled(out + r * width, width, none ? 0 : 1 / total[r], out + r * width);
    log_sums[r] = static_cast<T>(none ? infinity : static_cast<double>(largest[r]) + std::log(total[r]));
  }
}

// The gradient by one tile of k and v, and what it adds to that by q, from `count` rows of one batch.
template <class T>
struct BackTile {
  T *p, *dp, *dropped;  // [tile_rows, pitch_back] each
  T *dq, *dk, *dv;      // at the first row of the tile; null where not wanted
};
template <class T>
void attend_back(const Pass<T>& job, std::int64_t batch, std::int64_t first, std::int64_t count, std::int64_t j, std::int64_t columns,
                 const T* g, const T* log_sums, const T* deltas, const BackTile<T>& tile) {
  const std::int64_t n = job.seen(first + count - 1, j, columns), width = job.out_width, kv = job.kv(batch);
  const bool drops = job.call.dropout > 0;
  T room[tile_columns_back];
  gemm(Product<T>{count, n, job.width, job.q_rows(batch, first), job.k.rows(kv, j, true), tile.p, pitch_back});
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t seen = job.seen(first + r, j, n);
    T* const row = tile.p + r * pitch_back;
    job.loops.weights(row, seen, job.bias.row(batch, first + r, j, seen, room), log_sums[r]);
    std::fill(row + seen, row + n, T(0));
    if (drops && tile.dv) job.drop_row(row, n, batch, first + r, j, tile.dropped + r * pitch_back);
  }
  if (tile.dv)
    gemm(Product<T>{n, width, count, {drops ? tile.dropped : tile.p, pitch_back, true}, {g, width}, tile.dv, width, nullptr, true});
  if (!tile.dq && !tile.dk) return;
  gemm(Product<T>{count, n, width, {g, width}, job.v.rows(kv, j, true), tile.dp, pitch_back});
  for (std::int64_t r = 0; r < count; ++r) {
    T* const row = tile.dp + r * pitch_back;
    const std::int64_t seen = job.seen(first + r, j, n);
    if (drops) job.drop_row(row, seen, batch, first + r, j, row);
    job.loops.slopes(tile.p + r * pitch_back, seen, row, deltas[r]);
  }
  if (tile.dk)
    gemm(Product<T>{n, job.width, count, {tile.p, pitch_back, true}, job.q_rows(batch, first), tile.dk, job.width, nullptr, true});
  if (tile.dq) gemm(Product<T>{count, job.width, n, {tile.p, pitch_back}, job.k.rows(kv, j), tile.dq, job.width, nullptr, true});
}

}  // namespace

Attended attention(const Attention& call) {
  Shape shape = call.q.shape();
  shape[shape.rank() - 1] = call.v.shape()[call.v.rank() - 1];
  Attended out;
  visit_floating(call.q.dtype(), "scaled_dot_product_attention", [&]<class T>(T) {
    const Pass<T> job(call);
    out.y = Array(shape, call.q.dtype()), out.log_sums = Array({job.batches * job.rows}, call.q.dtype());
    T *y = out.y.template mutable_data<T>(), *log_sums = out.log_sums.template mutable_data<T>();
    const std::int64_t tiles = tiles_of(job.rows, tile_rows),
                       cost = std::min(tile_rows, job.rows) * job.columns * (job.width + job.out_width);
    parallel_for(job.batches * tiles, items_worth(1 << 18, cost), [&](std::int64_t begin, std::int64_t end) {
      const pool::Scratch<T> s(std::min(tile_rows, job.rows) * pitch);
      for (std::int64_t task = begin; task < end; ++task) {
        // Of causal attention the last tiles cost most: they are dealt out in turn with the first ones.
        const std::int64_t batch = task / tiles, t = task % tiles, tile = t % 2 ? tiles - 1 - t / 2 : t / 2;
        const std::int64_t first = tile * tile_rows, at = batch * job.rows + first;
        attend(job, batch, first, std::min(tile_rows, job.rows - first), s.data(), y + at * job.out_width, log_sums + at);
      }
    });
  });
  return out;
}

AttentionGradients attention_backward(const Attention& call, const Attended& result, const Array& g, std::uint32_t wanted) {
  AttentionGradients out;
  const Dtype dtype = call.q.dtype();
  visit_floating(dtype, "scaled_dot_product_attention", [&]<class T>(T) {
    const Pass<T> job(call);
    const T *slopes = g.data<T>(), *y = result.y.data<T>(), *log_sums = result.log_sums.data<T>();
    const pool::Scratch<T> deltas(job.batches * job.rows);  // Σ over the weights of p·dp, which is that of y·g
    parallel_for(job.batches * job.rows, items_worth(1 << 15, job.out_width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        deltas.data()[i] = static_cast<T>(job.loops.product(slopes + i * job.out_width, y + i * job.out_width, job.out_width));
    });
    // A task has every `parts`-th tile of columns of one batch of k and v; each part has a sum of its own for the gradient by q. Shapes
    // alone say how many they are.
    const std::int64_t tiles = tiles_of(job.columns, tile_columns_back), groups = job.batches / call.repeats;
    const std::int64_t parts = std::max<std::int64_t>(std::min(tiles, 8 / std::max<std::int64_t>(groups, 1)), 1);
    const std::int64_t q_size = call.q.size();
    Array by_q;
    if (wanted & 1) by_q = Array::zeros({parts, q_size}, dtype);
    if (wanted & 2) out.k = Array::zeros(call.k.shape(), dtype);
    if (wanted & 4) out.v = Array::zeros(call.v.shape(), dtype);
    T* const dq = wanted & 1 ? by_q.mutable_data<T>() : nullptr;
    T *const dk = wanted & 2 ? out.k.template mutable_data<T>() : nullptr, *const dv =
                                                                               wanted & 4 ? out.v.template mutable_data<T>() : nullptr;
    const std::int64_t cost = call.repeats * job.rows * job.columns / parts * (job.width + job.out_width);
    parallel_for(groups * parts, items_worth(1 << 17, cost), [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t size = std::min(tile_rows, job.rows) * pitch_back;
      const pool::Scratch<T> room((call.dropout > 0 ? 3 : 2) * size);
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t group = task / parts, part = task % parts;
        for (std::int64_t t = part; t < tiles; t += parts) {
          const std::int64_t j = t * tile_columns_back, n = std::min(tile_columns_back, job.columns - j), column = group * job.columns + j;
          for (std::int64_t batch = group * call.repeats; batch < (group + 1) * call.repeats; ++batch)
            for (std::int64_t first = call.causal ? j / tile_rows * tile_rows : 0; first < job.rows; first += tile_rows) {
              const std::int64_t row = batch * job.rows + first;
              attend_back(job, batch, first, std::min(tile_rows, job.rows - first), j, n, slopes + row * job.out_width, log_sums + row,
                          deltas.data() + row,
                          {room.data(), room.data() + size, room.data() + 2 * size, dq ? dq + part * q_size + row * job.width : nullptr,
                           dk ? dk + column * job.width : nullptr, dv ? dv + column * job.out_width : nullptr});
            }
        }
      }
    });
    if (!dq) return;
    out.q = Array(call.q.shape(), dtype);
    T* const to = out.q.template mutable_data<T>();
    parallel_for(q_size, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = 1; p < parts; ++p)
        for (std::int64_t i = begin; i < end; ++i) dq[i] += dq[p * q_size + i];
      job.loops.scaled(dq + begin, end - begin, call.scale, to + begin);
    });
  });
  return out;
}

Array attention_dropout(const Attention& call, std::int64_t first, std::int64_t count) {
  Shape shape = call.q.shape();
  shape[shape.rank() - 2] = count, shape[shape.rank() - 1] = call.k.shape()[call.k.rank() - 2];
  Array out = Array::full(shape, 1, call.q.dtype());
  visit_floating(call.q.dtype(), "scaled_dot_product_attention", [&]<class T>(T) {
    const Pass<T> job(call);
    T* to = out.template mutable_data<T>();
    for (std::int64_t row = 0; row < job.batches * count; ++row)
      job.drop_row(to + row * job.columns, job.columns, row / count, first + row % count, 0, to + row * job.columns);
  });
  return out;
}

}  // namespace gradus::kernels
