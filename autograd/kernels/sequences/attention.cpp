#include <gradus/autograd/kernels/sequences/attention.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/sequences/attention_pass.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(AttentionLoops, attention_loops)

namespace {

using namespace attending;

// Where forward works: a tile of scores, and one of k and v each, laid out for products.
template <class T>
struct AttendRoom {
  pool::Scratch<T> scores, k, v;
  explicit AttendRoom(const Pass<T>& job)
      : scores(std::min(tile_rows, job.rows) * pitch), k(job.width * laid_stride<T>(std::min(tile_columns, job.columns))),
        v(std::min(tile_columns, job.columns) * laid_stride<T>(job.out_width)) {}
};

// The columns j to j + n, which `work` has laid out, as `count` rows of one batch from `first` on see them.
template <class T>
void attend_to(const Pass<T>& job, std::int64_t batch, std::int64_t first, std::int64_t count, std::int64_t j, std::int64_t n,
               AttendRoom<T>& work, T* largest, double* total, T* out, std::int64_t stride) {
  T room[tile_columns];
  T* const s = work.scores.data();
  const Matrix<T> q = job.q.rows(batch, first);
  const bool causal = job.call.causal;
  const std::int64_t width = job.out_width, shift = first - j;
  if (job.seen(first + count - 1, j, n) == 0) return;
  job.loops.multiply({count, n, job.width, q.data, q.stride, false, work.k.data(), s, pitch, false,
                      causal ? Reach::columns : Reach::all, shift});
  // First what is largest in each of a few rows, then their weights: no row waits for the largest number of its own.
  constexpr std::int64_t few = 8;
  T tops[few];
  for (std::int64_t r = 0; r < count; ++r) {
    for (std::int64_t i = r; r % few == 0 && i < std::min(r + few, count); ++i)
      if (const std::int64_t seen = job.seen(first + i, j, n); seen > 0)
        tops[i - r] = job.loops.largest(s + i * pitch, seen, job.bias.row(batch, first + i, j, seen, room));
    const std::int64_t i = first + r, seen = job.seen(i, j, n);
    T* const row = s + r * pitch;
    if (seen > 0) job.loops.weigh(row, seen, tops[r % few], largest[r], total[r], j > 0 ? out + r * stride : nullptr, width);
    if (job.call.dropout > 0) job.drop_row(row, seen, batch, i, j, row);
    std::fill(row + seen, row + job.read(seen, n), T(0));
  }
  job.loops.multiply({count, width, n, s, pitch, false, work.v.data(), out, stride, j > 0, causal ? Reach::terms_before : Reach::all,
                      shift});
}

template <class T>
void attend(const Pass<T>& job, std::int64_t batch, std::int64_t first, std::int64_t count, AttendRoom<T>& work, T* out,
            std::int64_t stride, T* log_sums) {
  T largest[most_rows];
  double total[most_rows];
  std::fill_n(largest, count, static_cast<T>(-infinity));
  std::fill_n(total, count, 0.0);
  const std::int64_t width = job.out_width, columns = job.seen(first + count - 1, 0, job.columns);
  for (std::int64_t j = 0; j < columns; j += tile_columns) {
    const std::int64_t n = std::min(tile_columns, columns - j);
    job.lay_keys(job.kv(batch), j, n, work.k.data());
    job.loops.lay(job.v.rows(job.kv(batch), j), n, width, work.v.data());
    for (std::int64_t r = 0; r < count; r += tile_rows)
      attend_to(job, batch, first + r, std::min(tile_rows, count - r), j, n, work, largest + r, total + r, out + r * stride, stride);
  }
  for (std::int64_t r = 0; r < count; ++r) {
    T* const row = out + r * stride;
    const bool none = total[r] == 0;
    if (columns == 0) std::fill_n(row, width, T(0));
    job.loops.scaled(row, width, none ? 0 : 1 / total[r], row);
    log_sums[r] = static_cast<T>(none ? infinity : static_cast<double>(largest[r]) + std::log(total[r]));
  }
}

// Where backward works: tiles of weights and of slopes, and what they are multiplied by, laid out for products.
template <class T>
struct BackRoom {
  std::int64_t n, tall;
  pool::Scratch<T> p, dp, dropped, k, keys, v, q, g;
  explicit BackRoom(const Pass<T>& job)
      : n(std::min(tile_columns_back, job.columns)), tall(std::min(tile_rows, job.rows)), p(tall * pitch_back), dp(tall * pitch_back),
        dropped(job.call.dropout > 0 ? tall * pitch_back : 0), k(job.width * laid_stride<T>(n)), keys(n * laid_stride<T>(job.width)),
        v(job.out_width * laid_stride<T>(n)), q(tall * laid_stride<T>(job.width)), g(tall * laid_stride<T>(job.out_width)) {}
};

// Where the gradients go, at the first row of the tile; null where not wanted. What is there is added to, or has not been written yet.
template <class T>
struct BackSums {
  T *dq, *dk, *dv;
  std::int64_t q_stride, k_stride, v_stride;
  bool adds_to_q, adds_to_kv;
};

// The gradient by one tile of k and v, and what it adds to that by q, from `count` rows of one batch. `room` has k, keys and v of the tile.
template <class T>
void attend_back(const Pass<T>& job, std::int64_t batch, std::int64_t first, std::int64_t count, std::int64_t j, std::int64_t columns,
                 const Matrix<T>& g, const T* log_sums, const T* deltas, BackRoom<T>& work, const BackSums<T>& sums) {
  const std::int64_t n = job.seen(first + count - 1, j, columns), width = job.out_width, shift = first - j;
  if (n == 0) return;
  const bool drops = job.call.dropout > 0, causal = job.call.causal;
  const auto reach = [causal](Reach of_causal) { return causal ? of_causal : Reach::all; };
  const Matrix<T> q = job.q.rows(batch, first);
  T *const p = work.p.data(), *const dp = work.dp.data();
  T room[tile_columns_back];
  job.loops.multiply({count, columns, job.width, q.data, q.stride, false, work.k.data(), p, pitch_back, false,
                      reach(Reach::columns), shift});
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t seen = job.seen(first + r, j, n), read = job.read(seen, n);
    T* const row = p + r * pitch_back;
    job.loops.weights(row, seen, job.bias.row(batch, first + r, j, seen, room), log_sums[r]);
    std::fill(row + seen, row + read, T(0));
    if (drops && sums.dv) job.drop_row(row, read, batch, first + r, j, work.dropped.data() + r * pitch_back);
  }
  if (sums.dv) {
    job.loops.lay(g, count, width, work.g.data());
    job.loops.multiply({n, width, count, drops ? work.dropped.data() : p, pitch_back, true, work.g.data(), sums.dv, sums.v_stride,
                        sums.adds_to_kv, reach(Reach::terms_after), shift});
  }
  if (!sums.dq && !sums.dk) return;
  job.loops.multiply({count, columns, width, g.data, g.stride, false, work.v.data(), dp, pitch_back, false, reach(Reach::columns), shift});
  for (std::int64_t r = 0; r < count; ++r) {
    T* const row = dp + r * pitch_back;
    const std::int64_t seen = job.seen(first + r, j, n);
    if (drops) job.drop_row(row, seen, batch, first + r, j, row);
    job.loops.slopes(p + r * pitch_back, seen, row, deltas[r], job.call.scale);
  }
  if (sums.dk) {
    job.loops.lay(q, count, job.width, work.q.data());
    job.loops.multiply({n, job.width, count, p, pitch_back, true, work.q.data(), sums.dk, sums.k_stride, sums.adds_to_kv,
                        reach(Reach::terms_after), shift});
  }
  if (sums.dq)
    job.loops.multiply({count, job.width, n, p, pitch_back, false, work.keys.data(), sums.dq, sums.q_stride, sums.adds_to_q,
                        reach(Reach::terms_before), shift});
}

// A new array whose dimensions lie in memory in the order of those of `like`, the last one in whole rows; `elements` is where it begins.
template <class T>
Array ordered_like(const Array& like, const Shape& shape, T*& elements) {
  std::vector<int> order;   // of the dimensions in memory, the longest strides first
  for (int i = 0; i < shape.rank(); ++i) {
    auto at = order.end();
    while (i + 1 < shape.rank() && at != order.begin() && like.strides()[at[-1]] < like.strides()[i]) --at;
    order.insert(at, i);
  }
  Shape sizes, back = shape;
  for (const int i : order) back[i] = sizes.rank(), sizes.push_back(shape[i]);
  Array whole(sizes, like.dtype());
  elements = whole.mutable_data<T>();
  return whole.permute(back);
}

// A gradient, as what it belongs to lies in memory; null: not wanted.
template <class T>
struct GradientLike {
  T* data = nullptr;
  std::int64_t stride = 0;
  std::vector<std::int64_t> begins;
  GradientLike() = default;
  GradientLike(const Array& like, Array& out) {
    out = ordered_like(like, like.shape(), data);
    begins = batch_offsets(out), stride = out.strides()[out.rank() - 2];
  }
  T* rows(std::int64_t batch, std::int64_t row) const {
    return data ? data + begins[static_cast<std::size_t>(batch)] + row * stride : nullptr;
  }
};

}  // namespace

Attended attention(const Attention& call) {
  Shape shape = call.q.shape();
  shape[shape.rank() - 1] = call.v.shape()[call.v.rank() - 1];
  Attended out;
  visit_floating(call.q.dtype(), "scaled_dot_product_attention", [&]<class T>(T) {
    const Pass<T> job(call);
    out.log_sums = Array({job.batches * job.rows}, call.q.dtype());
    T *y = nullptr, *log_sums = out.log_sums.template mutable_data<T>();
    out.y = ordered_like(call.q, shape, y);
    const std::vector<std::int64_t> begins = batch_offsets(out.y);
    const std::int64_t stride = out.y.strides()[out.y.rank() - 2];
    count_flops(job, 2 * (job.width + job.out_width));
    // Several tiles of rows share what is laid out, where enough tasks are left; shapes alone say how many.
    const std::int64_t spare = job.batches * tiles_of(job.rows, tile_rows) / 8;
    const std::int64_t together = std::clamp<std::int64_t>(spare, 1, most_rows / tile_rows) * tile_rows;
    const std::int64_t tiles = tiles_of(job.rows, together),
                       cost = std::min(together, job.rows) * job.columns * (job.width + job.out_width);
    parallel_for(job.batches * tiles, items_worth(1 << 18, cost), [&](std::int64_t begin, std::int64_t end) {
      AttendRoom<T> work(job);
      for (std::int64_t task = begin; task < end; ++task) {
        // Of causal attention the last tiles cost most: they are dealt out in turn with the first ones.
        const std::int64_t batch = task / tiles, t = task % tiles, tile = t % 2 ? tiles - 1 - t / 2 : t / 2;
        const std::int64_t first = tile * together, count = std::min(together, job.rows - first);
        attend(job, batch, first, count, work, y + begins[static_cast<std::size_t>(batch)] + first * stride, stride,
               log_sums + batch * job.rows + first);
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
    const Matrices<T> slopes(g), y(result.y);
    const T* const log_sums = result.log_sums.data<T>();
    const pool::Scratch<T> deltas(job.batches * job.rows);  // Σ over the weights of p·dp, which is that of y·g
    parallel_for(job.batches * job.rows, items_worth(1 << 15, job.out_width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        deltas.data()[i] = static_cast<T>(
            job.loops.product(slopes.rows(i / job.rows, i % job.rows).data, y.rows(i / job.rows, i % job.rows).data, job.out_width));
    });
    count_flops(job, 2 * (3 * job.width + 2 * job.out_width));
    // A task has every `parts`-th tile of columns of one batch of k and v; each part has a sum of its own for the gradient by q. Shapes
    // alone say how many they are.
    const std::int64_t tiles = tiles_of(job.columns, tile_columns_back), groups = job.batches / call.repeats;
    const std::int64_t parts = std::max<std::int64_t>(std::min(tiles, 8 / std::max<std::int64_t>(groups, 1)), 1);
    const std::int64_t q_size = call.q.size();
    GradientLike<T> dq, dk, dv;
    if (wanted & 1) dq = GradientLike<T>(call.q, out.q);
    if (wanted & 2) dk = GradientLike<T>(call.k, out.k);
    if (wanted & 4) dv = GradientLike<T>(call.v, out.v);
    const bool apart = dq.data && parts != 1;
    if (dq.data && tiles == 0) std::fill_n(dq.data, q_size, T(0));
    Array by_part;
    if (apart) by_part = Array::zeros({parts, q_size}, dtype);
    T* const sums = apart ? by_part.mutable_data<T>() : nullptr;
    const std::int64_t cost = call.repeats * job.rows * job.columns / parts * (job.width + job.out_width);
    parallel_for(groups * parts, items_worth(1 << 17, cost), [&](std::int64_t begin, std::int64_t end) {
      BackRoom<T> work(job);
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t group = task / parts, part = task % parts;
        for (std::int64_t t = part; t < tiles; t += parts) {
          const std::int64_t j = t * tile_columns_back, n = std::min(tile_columns_back, job.columns - j);
          job.lay_keys(group, j, n, work.k.data());
          if (dq.data) job.loops.lay(job.k.rows(group, j), n, job.width, work.keys.data());
          if (dq.data || dk.data) job.loops.lay(job.v.rows(group, j, true), job.out_width, n, work.v.data());
          T *const to_k = dk.rows(group, j), *const to_v = dv.rows(group, j);
          const std::int64_t start = call.causal ? j / tile_rows * tile_rows : 0;
          // What the first rows do not see they do not write.
          const std::int64_t written = start < job.rows ? job.seen(std::min(start + tile_rows, job.rows) - 1, j, n) : 0;
          for (std::int64_t i = written; i < n; ++i) {
            if (to_k) std::fill_n(to_k + i * dk.stride, job.width, T(0));
            if (to_v) std::fill_n(to_v + i * dv.stride, job.out_width, T(0));
          }
          for (std::int64_t batch = group * call.repeats; batch < (group + 1) * call.repeats; ++batch)
            for (std::int64_t first = start; first < job.rows; first += tile_rows) {
              const std::int64_t row = batch * job.rows + first;
              T* const to_q = apart ? sums + part * q_size + row * job.width : dq.rows(batch, first);
              attend_back(job, batch, first, std::min(tile_rows, job.rows - first), j, n, slopes.rows(batch, first), log_sums + row,
                          deltas.data() + row, work,
                          {to_q, to_k, to_v, apart ? job.width : dq.stride, dk.stride, dv.stride, apart || t > 0,
                           batch > group * call.repeats || first > start});
            }
        }
      }
    });
    if (!apart) return;
    const std::int64_t width = job.width;
    parallel_for(job.batches * job.rows, items_worth(1 << 15, width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = 1; p < parts; ++p)
        for (std::int64_t i = begin * width; i < end * width; ++i) sums[i] += sums[p * q_size + i];
      for (std::int64_t i = begin; i < end; ++i) std::copy_n(sums + i * width, width, dq.rows(i / job.rows, i % job.rows));
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
