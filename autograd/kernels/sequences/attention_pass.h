// What both directions of attention (attention.h) know of a call: where its matrices lie, and what its rows see.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/kernels/elementwise/dropout.h>
#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/kernels/sequences/attention.h>

namespace gradus::kernels::attending {

inline constexpr std::int64_t tile_rows = 128, tile_columns = 128, tile_columns_back = 256;
inline constexpr std::int64_t most_rows = 8 * tile_rows;   // for which a tile of k and v is laid out once
inline constexpr std::int64_t pitch = tile_columns + 16, pitch_back = tile_columns_back + 16;  // between rows of a tile: no power of two
inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline std::int64_t tiles_of(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

// Where each batch of an array begins: the offsets of its leading dimensions, row-major, without the last two.
inline std::vector<std::int64_t> batch_offsets(const Array& a) {
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

inline Array with_whole_rows(const Array& a) {
  return a.shape()[a.rank() - 1] == 1 || a.strides()[a.rank() - 1] == 1 ? a : a.contiguous_copy();
}

// Matrices of q, k or v, whose rows lie anywhere.
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
  Matrices<T> q, k, v;
  Bias<T> bias;

  explicit Pass(const Attention& call) : call(call), q(call.q), k(call.k), v(call.v), bias(call.mask) {
    const int rank = call.q.rank();
    rows = call.q.shape()[rank - 2], width = call.q.shape()[rank - 1];
    columns = call.k.shape()[call.k.rank() - 2], out_width = call.v.shape()[call.v.rank() - 1];
    batches = 1;
    for (int i = 0; i + 2 < rank; ++i) batches *= call.q.shape()[i];
  }

  // Of columns from `column` on, how many row i sees of n.
  std::int64_t seen(std::int64_t i, std::int64_t column, std::int64_t n) const {
    return call.causal ? std::clamp<std::int64_t>(i + 1 - column, 0, n) : n;
  }
  // Of those, how many products may read, which take rows of a tile together: zeros stand behind what is seen.
  static std::int64_t read(std::int64_t seen, std::int64_t n) { return std::min(n, seen + rows_together); }
  std::int64_t kv(std::int64_t batch) const { return batch / call.repeats; }
  // The keys of a tile as the scores' right side, with the scale, which then is nowhere else.
  void lay_keys(std::int64_t group, std::int64_t j, std::int64_t n, T* to) const {
    loops.lay(k.rows(group, j, true), width, n, to);
    loops.scaled(to, width * laid_stride<T>(n), call.scale, to);
  }

  void drop_row(const T* from, std::int64_t n, std::int64_t batch, std::int64_t i, std::int64_t column, T* to) const {
    if (call.dropout >= 1) return void(std::fill_n(to, n, T(0)));
    const auto block = static_cast<std::uint64_t>((batch * rows + i) * ((columns + 3) / 4) + column / 4);
    drop(from, n, block, call.key, static_cast<std::uint32_t>(call.dropout * 0x1p32), static_cast<T>(1 / (1 - call.dropout)), to);
  }
};

template <class T>
void count_flops(const Pass<T>& job, std::int64_t each) {
  profile::add_flops(static_cast<double>(job.batches * job.rows) * static_cast<double>(job.columns * each) * (job.call.causal ? 0.5 : 1.0));
}

}  // namespace gradus::kernels::attending
