#include <gradus/autograd/ops/index.h>

#include <algorithm>
#include <limits>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/picks.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/cutout.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>

namespace gradus {
namespace {

using detail::Picks, detail::as_vector, detail::of_vectors;

// A mask's dimensions in the tensor that the region gives.
struct Masked {
  int axis = 0, count = 1;
};

// x[at], step by step: a region of x, which is turned round along some axes, of which those of a mask become one, and from which is picked.
struct Plan {
  detail::Cutout region;
  Shape part;                      // the region's shape
  SmallVector<int, 8> backwards;   // its axes with a negative step
  SmallVector<Masked, 2> masked;   // last one first, so that the axes of the others stay
  Picks picks{"index", {}, {}};    // from what that leaves; no positions: nothing is picked
  Shape result;
};

struct Count { std::int64_t begin, step, count; };

Count resolved(const char* op, const Slice& s, std::int64_t n, std::int64_t& sign) {
  const std::int64_t step = s.step.given ? s.step.value : 1;
  check<ValueError>(step != 0, op, ": a slice's step must not be 0");
  sign = step < 0 ? -1 : 1;
  const auto bound = [n](const Slice::Bound& b, std::int64_t otherwise, std::int64_t low, std::int64_t high) {
    return b.given ? std::clamp(b.value < 0 ? b.value + n : b.value, low, high) : otherwise;
  };
  // Going backwards, from the last to the first that is taken: the same elements from the first to the last.
  const std::int64_t size = step < 0 ? -std::max(step, -std::numeric_limits<std::int64_t>::max()) : step;
  if (step > 0) {
    const std::int64_t begin = bound(s.begin, 0, 0, n), end = bound(s.end, n, 0, n);
    return {begin, size, end > begin ? (end - begin - 1) / size + 1 : 0};
  }
  const std::int64_t last = bound(s.begin, n - 1, -1, n - 1), stop = bound(s.end, -1, -1, n - 1);
  const std::int64_t count = last > stop ? (last - stop - 1) / size + 1 : 0;
  return {count > 0 ? last - (count - 1) * size : 0, size, count};
}

class Planner {
 public:
  Planner(const char* op, const Tensor& x, std::span<const Index> at) : op_(op), x_(x) {
    plan_.picks.name = op;
    count(at);
    std::size_t ellipsis = at.size();
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i].kind == Index::Kind::ellipsis) {
        check<ValueError>(ellipsis == at.size(), op, ": only one index may be the ellipsis, for shape ", x.shape());
        ellipsis = i;
        all_of(x.rank() - named_);
        apart();
      } else {
        add(at[i], i);
      }
    }
    all_of(x.rank() - axis_);
    finish();
  }
  Plan take() { return std::move(plan_); }

 private:
  static bool is_mask(const Index& i) { return i.kind == Index::Kind::tensor && i.tensor.dtype() == boolean; }

  void count(std::span<const Index> at) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i].kind == Index::Kind::tensor && !at[i].tensor.defined()) [[unlikely]] check_defined(op_, at[i].tensor, text("index ", i));
      if (at[i].kind == Index::Kind::tensor) picking_ = true;
      if (is_mask(at[i])) named_ += at[i].tensor.rank();
      else if (at[i].kind != Index::Kind::ellipsis && at[i].kind != Index::Kind::new_axis) ++named_;
    }
    check<ValueError>(named_ <= x_.rank(), op_, ": indices for ", named_, " dimensions are too many for shape ", x_.shape());
  }

  // An axis of x that goes into the region.
  void keep(const Count& c) {
    plan_.region.begin.push_back(c.begin), plan_.region.step.push_back(c.step), plan_.region.count.push_back(c.count);
    plan_.part.push_back(c.count);
    ++axis_;
  }
  void all_of(int axes) {
    for (int i = 0; i < axes; ++i) keep({0, 1, x_.dim(axis_)});
  }
  void new_axis() {
    plan_.region.added |= 1u << plan_.part.rank();
    plan_.part.push_back(1);
  }

  // Numbers and tensors stand next to each other, or not.
  void apart() { ended_ = begun_; }
  void together() {
    if (begun_ && ended_) scattered_ = true;
    if (!begun_) before_ = plan_.part.rank();
    begun_ = true;
  }

  void add(const Index& index, std::size_t place) {
    switch (index.kind) {
      case Index::Kind::number: {
        const std::int64_t n = x_.dim(axis_), i = index.number < 0 ? index.number + n : index.number;
        check<ValueError>(0 <= i && i < n, op_, ": index ", index.number, " at place ", place, " is out of range for axis ", axis_,
                          " of shape ", x_.shape(),
                          ", which has size ", n);
        together();
        plan_.region.dropped |= 1u << axis_;
        plan_.region.begin.push_back(i), plan_.region.step.push_back(1), plan_.region.count.push_back(1);
        ++axis_;
        return;
      }
      case Index::Kind::slice: {
        std::int64_t sign = 1;
        const Count c = resolved(op_, index.slice, x_.dim(axis_), sign);
        if (sign < 0) plan_.backwards.push_back(plan_.part.rank());
        keep(c);
        return apart();
      }
      case Index::Kind::new_axis: new_axis(); return apart();
      case Index::Kind::ellipsis: return;
      case Index::Kind::tensor: break;
    }
    together();
    if (index.tensor.dtype() == boolean) return add_mask(index.tensor, place);
    what_.push_back(text("the indices at place ", place));
    tensors_.push_back(detail::positions_along(op_, what_.back(), index.tensor, x_.shape(), axis_, true));
    picked_.push_back(plan_.part.rank()), covers_.push_back(1);
    all_of(1);
  }

  void add_mask(const Tensor& mask, std::size_t place) {
    Shape covered;
    for (int i = 0; i < mask.rank(); ++i) covered.push_back(x_.dim(axis_ + i));
    check<ShapeError>(mask.shape() == covered, op_, ": the mask ", mask.shape(), " at place ", place,
                      " does not fit the dimensions from axis ", axis_,
                      " on of shape ", x_.shape());
    what_.push_back(text("the mask at place ", place));
    tensors_.push_back(detail::told("true_places", {&mask}, kernels::true_places(mask.value().as_contiguous())));
    picked_.push_back(plan_.part.rank()), covers_.push_back(mask.rank());
    plan_.masked.push_back({plan_.part.rank(), mask.rank()});
    if (mask.rank() == 0) new_axis();
    else all_of(mask.rank());
  }

  void finish() {
    std::reverse(plan_.masked.begin(), plan_.masked.end());
    unsigned axes = 0;
    Shape merged;   // what is picked from: a mask's dimensions are one
    std::size_t next = 0;
    for (int i = 0; i < plan_.part.rank(); ++i) {
      std::int64_t n = plan_.part[i];
      if (next < picked_.size() && picked_[next] == i) {
        axes |= 1u << merged.rank();
        for (int more = covers_[next++]; more > 1; --more) n *= plan_.part[++i];
      }
      merged.push_back(n);
    }
    plan_.result = merged;
    if (!picking_) return;
    Shape common;
    for (const Array& each : tensors_) common = broadcast(common, each.shape());
    for (const Array& each : tensors_) {
      const Tensor narrow(each);
      plan_.picks.positions.push_back(Tensor(detail::told("expand", {&narrow}, each.expand(common).as_contiguous())));
    }
    plan_.picks.at = {axes, scattered_ ? 0 : before_};
    plan_.result = kernels::picked_shape(merged, plan_.picks.at, common);
  }
  Shape broadcast(const Shape& a, const Shape& b) const { return broadcast_shapes(a, b, op_); }

  const char* op_;
  const Tensor& x_;
  Plan plan_;
  int axis_ = 0, named_ = 0, before_ = 0;   // before_: axes of the region before the first number or tensor
  bool picking_ = false, begun_ = false, ended_ = false, scattered_ = false;
  SmallVector<Array, 2> tensors_;
  SmallVector<int, 2> picked_, covers_;     // the axis of the region that each belongs to, and how many
  SmallVector<std::string, 2> what_;
};

Tensor turned(const Tensor& x, const SmallVector<int, 8>& axes) {
  Tensor y = x;
  for (const int axis : axes) y = flip(y, axis);
  return y;
}

// The region with each mask's dimensions as one.
Tensor merged(const Tensor& x, const Plan& plan) {
  Tensor y = x;
  for (const Masked& m : plan.masked)
    if (m.count > 1) y = flatten(y, m.axis, m.axis + m.count - 1);
  return y;
}

Tensor region_of(const Tensor& x, const Plan& plan) {
  return turned(plan.region.whole(x.shape()) ? x : detail::region(x, plan.region), plan.backwards);
}

Tensor fitted(const char* op, const Tensor& values, const Shape& shape) {
  bool fits = values.rank() <= shape.rank();
  for (int i = 1; fits && i <= values.rank(); ++i) fits = values.dim(-i) == 1 || values.dim(-i) == shape[shape.rank() - i];
  check<ShapeError>(fits, op, ": values of shape ", values.shape(), " do not broadcast to what is indexed, which is ", shape);
  return expand(values, shape);
}

Tensor sum_of(const Tensor& a, const Tensor& b) {
  const Dtype dtype = a.dtype() == boolean ? boolean : is_small_float(a.dtype()) ? f32 : a.dtype();
  if (dtype == boolean) return a || b;
  return dtype == a.dtype() ? a + b : (a.to(dtype) + b.to(dtype)).to(a.dtype());
}

Tensor scaled(const Tensor& a, double factor) { return is_small_float(a.dtype()) ? (a.to(f32) * factor).to(a.dtype()) : a * factor; }

// What the functions along one axis are called with.
struct Along {
  int axis;
  Picks picks;
  std::int64_t count;
};

Along along(const char* op, const Tensor& x, Axis axis, const Tensor& index) {
  check_defined(op, x);
  check_defined(op, index, "the index");
  axis = normal_axis(axis, x.rank(), op);
  check<ShapeError>(index.rank() <= 1, op, ": the index must be a vector, not ", index.shape());
  const Tensor flat = detail::positions_along(op, "the index", as_vector(index), x.shape(), axis);
  return {axis, {op, {1u << axis.number, axis.number}, {flat}}, flat.size()};
}

void check_source(const char* op, const Tensor& x, const Along& a, const Tensor& source) {
  check<DtypeError>(x.dtype() == source.dtype(), op, ": dtypes differ: ", describe(x), " and source ", describe(source),
                    "; convert one side with b.to(", x.dtype(), ")");
  Shape wanted = x.shape();
  wanted[a.axis] = a.count;
  check<ShapeError>(source.shape() == wanted, op, ": source ", source.shape(), " must have the shape of x but along axis ", a.axis,
                    ", where the index has ", a.count, " elements: ", wanted);
}

Along along(const char* op, const Tensor& x, Axis axis, const Tensor& index, const Tensor& source) {
  check_defined(op, x);
  check_defined(op, index, "the index");
  check_defined(op, source, "source");
  Along a = along(op, x, axis, index);
  check_source(op, x, a, source);
  return a;
}

}  // namespace

Tensor index(const Tensor& x, std::span<const Index> at) {
  check_defined("index", x);
  const Plan plan = Planner("index", x, at).take();
  const Tensor part = region_of(x, plan);
  return plan.picks.positions.empty() ? part : detail::pick(merged(part, plan), plan.picks);
}

const Tensor Tensor::operator[](const Index& at) const { return index(*this, std::span(&at, 1)); }
const Tensor Tensor::operator[](std::initializer_list<Index> at) const { return index(*this, at); }

Tensor index_put(const Tensor& x, std::span<const Index> at, const Tensor& values, bool accumulate) {
  check_defined("index_put", x);
  check_defined("index_put", values, "values");
  check<DtypeError>(x.dtype() == values.dtype(), "index_put: dtypes differ: ", describe(x), " and values ", describe(values),
                    "; convert one side with b.to(",
                    x.dtype(), ")");
  const Plan plan = Planner("index_put", x, at).take();
  const Tensor wanted = fitted("index_put", values, plan.result);
  Tensor part;
  if (plan.picks.positions.empty()) part = accumulate ? sum_of(region_of(x, plan), wanted) : wanted;
  else part = reshape(detail::put(merged(region_of(x, plan), plan), plan.picks, wanted, accumulate), plan.part);
  part = turned(part, plan.backwards);
  const bool has_x = accumulate || !plan.picks.positions.empty();
  return has_x && plan.region.whole(x.shape()) ? part : detail::put_region(x, plan.region, part);
}

Tensor index_select(const Tensor& x, Axis axis, const Tensor& index) {
  return of_vectors(x, [&](const Tensor& v) { return detail::pick(v, along("index_select", v, axis, index).picks); });
}

Tensor index_add(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source, double alpha) {
  return of_vectors(x, [&](const Tensor& v) {
    const Tensor s = as_vector(source);
    const Along a = along("index_add", v, axis, index, s);
    return detail::put(v, a.picks, alpha == 1 ? s : scaled(s, alpha), true);
  });
}

Tensor index_copy(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source) {
  return of_vectors(x, [&](const Tensor& v) {
    const Tensor s = as_vector(source);
    const Along a = along("index_copy", v, axis, index, s);
    return detail::put(v, a.picks, s, false);
  });
}

Tensor index_fill(const Tensor& x, Axis axis, const Tensor& index, const Tensor& value) {
  check_defined("index_fill", x);
  check_defined("index_fill", index, "the index");
  check_defined("index_fill", value, "the value");
  check<DtypeError>(x.dtype() == value.dtype(), "index_fill: dtypes differ: ", describe(x), " and the value ", describe(value),
                    "; convert one side with b.to(",
                    x.dtype(), ")");
  check<ShapeError>(value.size() == 1, "index_fill: the value must be one element, not ", value.shape());
  return of_vectors(x, [&](const Tensor& v) {
    const Along a = along("index_fill", v, axis, index);
    Shape shape = v.shape();
    shape[a.axis] = a.count;
    return detail::put(v, a.picks, expand(reshape(value, {}), shape), false);
  });
}

Tensor index_fill(const Tensor& x, Axis axis, const Tensor& index, double value) {
  check_defined("index_fill", x);
  return index_fill(x, axis, index, Tensor(detail::number_like("index_fill", x, value)));
}

Tensor index_reduce(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source, Reduce reduce, bool include_self) {
  return of_vectors(x, [&](const Tensor& v) {
    const Tensor s = as_vector(source);
    const Along a = along("index_reduce", v, axis, index, s);
    Shape line = Shape::filled(v.rank(), 1);
    line[a.axis] = a.count;
    const Tensor each = expand(reshape(a.picks.positions[0], line), s.shape());   // the index of each element
    return detail::scatter_reduce_checked(v, a.axis, each, s, reduce, include_self);
  });
}

Tensor take(const Tensor& x, const Tensor& index) {
  check_defined("take", x);
  check_defined("take", index, "the index");
  const Tensor flat = reshape(x, {x.size()});
  return detail::pick(flat, {"take", {1, 0}, {Tensor(detail::positions_along("take", "the index", index, flat.shape(), 0, true))}});
}

}  // namespace gradus
