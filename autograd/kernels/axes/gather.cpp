#include <gradus/autograd/kernels/axes/gather.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <cstring>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>

namespace gradus::kernels {
namespace {

// The elements of an index, lane by lane: where each stands in the index, in the array that goes along with it (`along`) and, but for the
// axis, in the one that it points into (`into`). Dimensions that all three walk in one stride are one; a long one comes last.
struct Lanes {
  Shape size, index, along, into;
  int axis = 0;
  std::int64_t reach;   // the size of the array that is pointed into, along the axis

  Lanes(const Array& picks, const Shape& along_strides, const Shape& into_strides, int along_axis, std::int64_t reach) : reach(reach) {
    bool behind = false;   // the axis is the last one so far
    for (int i = 0; i < picks.rank(); ++i) {
      const std::int64_t n = picks.shape()[i], p = picks.strides()[i], a = along_strides[i], t = into_strides[i];
      const int last = size.rank() - 1;
      if (i == along_axis) axis = size.rank();
      else if (n == 1) continue;
      else if (!behind && last >= 0 && index[last] == p * n && along[last] == a * n && into[last] == t * n) {
        size[last] *= n, index[last] = p, along[last] = a, into[last] = t;
        continue;
      }
      behind = i == along_axis;
      size.push_back(n), index.push_back(p), along.push_back(a), into.push_back(t);
    }
    const int last = size.rank() - 1, longest = static_cast<int>(std::max_element(size.begin(), size.end()) - size.begin());
    if (size[last] >= 16 || longest == last) return;
    for (Shape* each : {&size, &index, &along, &into}) std::swap((*each)[longest], (*each)[last]);
    if (axis == longest || axis == last) axis = longest + last - axis;
  }

  // row(offset in the index, along, into, length) for all rows, in several threads; those of one lane are left to one, unless `any_order`.
  template <class Row>
  void each_row(bool any_order, const Row& row) const {
    run(any_order, {&row, [](const void* body, std::int64_t p, std::int64_t a, std::int64_t t, std::int64_t n) {
                      (*static_cast<const Row*>(body))(p, a, t, n);
                    }});
  }

 private:
  struct Body {
    const void* row;
    void (*call)(const void* row, std::int64_t p, std::int64_t a, std::int64_t t, std::int64_t n);
  };

  void run(bool any_order, const Body& body) const {
    int cut = -1;   // the dimension that is shared out
    for (int i = 0; i < size.rank(); ++i)
      if ((any_order || i != axis) && (cut < 0 || size[i] > size[cut])) cut = i;
    if (cut < 0) return rows(size, 0, 0, 0, body);
    const std::int64_t rest = size.elements() / std::max<std::int64_t>(size[cut], 1);
    parallel_for(size[cut], items_worth(step_grain, rest), [&](std::int64_t begin, std::int64_t end) {
      Shape part = size;
      part[cut] = end - begin;
      rows(part, begin * index[cut], begin * along[cut], begin * (cut == axis ? 0 : into[cut]), body);
    });
  }

  void rows(const Shape& part, std::int64_t p, std::int64_t a, std::int64_t t, const Body& body) const {
    if (part.elements() == 0) return;
    const int last = part.rank() - 1;
    Shape at = Shape::filled(last, 0);
    while (true) {
      body.call(body.row, p, a, t, part[last]);
      int i = last - 1;
      for (; i >= 0; --i) {   // the next row: a dimension that has come to its end begins again
        const std::int64_t step = i == axis ? 0 : into[i];
        p += index[i], a += along[i], t += step;
        if (++at[i] < part[i]) break;
        p -= part[i] * index[i], a -= part[i] * along[i], t -= part[i] * step, at[i] = 0;
      }
      if (i < 0) return;
    }
  }
};

// The strides of one row.
struct Steps {
  std::int64_t index, along, into, axis;
  explicit Steps(const Lanes& lanes) {
    const int last = lanes.size.rank() - 1;
    index = lanes.index[last], along = lanes.along[last], axis = lanes.into[lanes.axis];
    into = lanes.axis == last ? 0 : lanes.into[last];
  }
};

// Each index is looked at before it is used: false if one is not below `size`.
template <class T>
bool gather_row(const T* source, const std::int64_t* pick, T* target, std::int64_t n, Steps step, std::uint64_t size) {
  if (step.index == 1 && step.along == 1 && step.into == 0 && step.axis == 1) {
    for (std::int64_t j = 0; j < n; ++j) {
      const auto i = static_cast<std::uint64_t>(pick[j]);
      if (i >= size) return false;
      target[j] = source[i];
    }
    return true;
  }
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t i = pick[j * step.index];
    if (static_cast<std::uint64_t>(i) >= size) return false;
    target[j * step.along] = source[i * step.axis + j * step.into];
  }
  return true;
}

template <class T, class Combine>
bool scatter_row(const T* source, const std::int64_t* pick, T* target, std::int64_t n, Steps step, std::uint64_t size, Combine combine) {
  if (step.index == 1 && step.along == 1 && step.into == 0 && step.axis == 1) {
    for (std::int64_t j = 0; j < n; ++j) {
      const auto i = static_cast<std::uint64_t>(pick[j]);
      if (i >= size) return false;
      target[i] = combine(target[i], source[j]);
    }
    return true;
  }
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t i = pick[j * step.index];
    if (static_cast<std::uint64_t>(i) >= size) return false;
    T& to = target[i * step.axis + j * step.into];
    to = combine(to, source[j * step.along]);
  }
  return true;
}

template <class T>
bool gather_rows(const void* x, void* out, const std::int64_t* index, const Lanes& lanes) {
  const Steps step(lanes);
  const auto size = static_cast<std::uint64_t>(lanes.reach);
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  std::atomic<bool> outside = false;
  lanes.each_row(true, [&](std::int64_t p, std::int64_t a, std::int64_t t, std::int64_t n) {
    if (!gather_row(from + t, index + p, to + a, n, step, size)) outside = true;
  });
  return !outside;
}

template <class T, class Combine>
bool scatter_rows(const void* x, void* out, const std::int64_t* index, const Lanes& lanes, Combine combine) {
  const Steps step(lanes);
  const auto size = static_cast<std::uint64_t>(lanes.reach);
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  std::atomic<bool> outside = false;
  lanes.each_row(false, [&](std::int64_t p, std::int64_t a, std::int64_t t, std::int64_t n) {
    if (!scatter_row(from + a, index + p, to + t, n, step, size, combine)) outside = true;
  });
  return !outside;
}

template <class T>
bool set_rows(const void* x, void* out, const std::int64_t* index, const Lanes& lanes) {
  return scatter_rows<T>(x, out, index, lanes, [](T, T value) { return value; });
}

// Elements are moved by their sizes.
template <class F>
bool by_size(std::size_t size, F f) {
  if (size == 8) return f(std::uint64_t{});
  if (size == 4) return f(std::uint32_t{});
  return size == 2 ? f(std::uint16_t{}) : f(std::uint8_t{});
}

}  // namespace

std::int64_t first_outside(const Array& index, std::int64_t n, std::int64_t low) {
  const std::int64_t* all = index.data<std::int64_t>();
  const auto first = static_cast<std::uint64_t>(low), last = static_cast<std::uint64_t>(n - 1);
  std::atomic<bool> outside = false;
  parallel_for(index.size(), step_grain, [&](std::int64_t begin, std::int64_t end) {
    std::uint64_t signs = 0;   // one of the two differences is negative where an index is outside
    for (std::int64_t i = begin; i < end; ++i)
      signs |= (static_cast<std::uint64_t>(all[i]) - first) | (last - static_cast<std::uint64_t>(all[i]));
    if (signs >> 63 != 0) outside = true;
  });
  return outside ? std::find_if(all, all + index.size(), [=](std::int64_t i) { return i < low || i >= n; }) - all : -1;
}

Array gather(const Array& x, int axis, const Array& index) {
  Array out(index.shape(), x.dtype());
  if (out.size() == 0) return out;
  const Lanes lanes(index, out.strides(), x.strides(), axis, x.shape()[axis]);
  void* to = out.mutable_raw();
  const bool all = by_size(size_of(x.dtype()), [&]<class T>(T) { return gather_rows<T>(x.raw(), to, index.data<std::int64_t>(), lanes); });
  return all ? out : Array();
}

bool scatter(Scatter how, Array& out, int axis, const Array& index, const Array& x) {
  if (index.size() == 0) return true;
  void* to = out.mutable_raw();
  const void* from = x.raw();
  const std::int64_t* pick = index.data<std::int64_t>();
  const Lanes lanes(index, x.strides(), out.strides(), axis, out.shape()[axis]);
  if (how == Scatter::set) return by_size(size_of(x.dtype()), [&]<class T>(T) { return set_rows<T>(from, to, pick, lanes); });
  const auto combine = [&]<class T>(T) {
    const auto nan = [](T w) { return w != w; };
    if (how == Scatter::add) return scatter_rows<T>(from, to, pick, lanes, [](T v, T w) { return static_cast<T>(v + w); });
    if (how == Scatter::multiply) return scatter_rows<T>(from, to, pick, lanes, [](T v, T w) { return static_cast<T>(v * w); });
    if (how == Scatter::maximum) return scatter_rows<T>(from, to, pick, lanes, [=](T v, T w) { return nan(w) ? w : w > v ? w : v; });
    return scatter_rows<T>(from, to, pick, lanes, [=](T v, T w) { return nan(w) ? w : w < v ? w : v; });
  };
  return out.dtype() == i64 ? combine(std::int64_t{}) : visit_floating(out.dtype(), "scatter", combine);
}

Array uses_before(const Array& index, int axis, const Shape& shape) {
  Array before(index.shape(), i64), uses = Array::zeros(shape, i64);
  if (index.size() == 0) return before;
  std::int64_t *to = before.mutable_data<std::int64_t>(), *used = uses.mutable_data<std::int64_t>();
  const std::int64_t* pick = index.data<std::int64_t>();
  const Lanes lanes(index, before.strides(), uses.strides(), axis, shape[axis]);
  const Steps step(lanes);
  lanes.each_row(false, [&](std::int64_t p, std::int64_t a, std::int64_t t, std::int64_t n) {
    for (std::int64_t j = 0; j < n; ++j) to[a + j * step.along] = used[t + pick[p + j * step.index] * step.axis + j * step.into]++;
  });
  return before;
}

}  // namespace gradus::kernels
