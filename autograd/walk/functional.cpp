#include <gradus/autograd/walk/functional.h>

#include <algorithm>

#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/internal/entry.h>
#include <gradus/autograd/walk/tangent.h>

namespace gradus::detail {
namespace {

bool any_tracked(const std::vector<Tensor>& xs) {
  return std::any_of(xs.begin(), xs.end(), [](const Tensor& x) { return x.requires_grad(); });
}

// 1 at element i, 0 elsewhere.
Tensor unit(const Tensor& like, std::int64_t i) {
  Array a = Array::zeros(like.shape(), like.dtype());
  visit_floating(a.dtype(), "jacobian", [&]<class T>(T) { a.mutable_data<T>()[i] = 1; });
  return a;
}

Tensor zeros_of(const Tensor& x) { return Array::zeros(x.shape(), x.dtype()); }

Shape joined(const Shape& a, const Shape& b, const char* name) {
  check<ShapeError>(a.rank() + b.rank() <= Shape::max_rank, name, ": the result of shape ", a, " and x of shape ", b, " have more than ",
                    Shape::max_rank, " dimensions together; flatten them");
  Shape all = a;
  for (int i = 0; i < b.rank(); ++i) all.push_back(b[i]);
  return all;
}

}  // namespace

Evaluation::Evaluation(const char* name, const std::vector<Tensor>& xs, const std::vector<Tensor>& along, bool create_graph)
    : name_(name), create_graph_(create_graph || (asked_ && (any_tracked(xs) || any_tracked(along)))), along_(along) {
  for (const Tensor& x : xs) {
    check_defined(name, x);
    check<DtypeError>(is_floating(x.dtype()), name, ": derivatives need f32 or f64, not ", describe(x),
                      "; let f capture what is not differentiated");
    xs_.push_back(entry(x, create_graph_));
  }
}

void Evaluation::returned(std::vector<Tensor> ys) {
  ys_ = std::move(ys);
  for (const Tensor& y : ys_) check_defined(name_, y, "the result of f");
}

const Tensor& Evaluation::only_result() const {
  check<ValueError>(ys_.size() == 1, name_, ": f must return one tensor, not ", ys_.size());
  return ys_[0];
}

std::vector<Tensor> Evaluation::values() const {
  std::vector<Tensor> all;
  for (const Tensor& y : ys_) all.push_back(create_graph_ ? y : y.detach());
  return all;
}

std::vector<Tensor> Evaluation::jvp() const {
  check<ValueError>(along_.size() == xs_.size(), name_, ": one v for each x: ", along_.size(), " for ", xs_.size());
  std::vector<Tensor> moving, found;
  for (std::size_t i = 0; i < xs_.size(); ++i) {
    const Tensor &v = along_[i], &x = xs_[i];
    check_defined(name_, v, "v");
    check<ShapeError>(v.shape() == x.shape(), name_, ": v has shape ", v.shape(), ", x ", x.shape());
    check<DtypeError>(v.dtype() == x.dtype(), name_, ": v is ", v.dtype(), ", x ", x.dtype());
  }
  for (const Tensor& y : ys_)
    if (y.requires_grad()) moving.push_back(y);
  const std::vector<Tensor> tangents = tangent(moving, xs_, along_, {.create_graph = create_graph_});
  std::size_t k = 0;
  for (const Tensor& y : ys_) found.push_back(y.requires_grad() ? tangents[k++] : zeros_of(y));
  return found;
}

std::vector<Tensor> Evaluation::vjp() const {
  check<ValueError>(along_.size() == ys_.size(), name_, ": one u for each result: ", along_.size(), " for ", ys_.size());
  std::vector<Tensor> moving, seeds;
  for (std::size_t k = 0; k < ys_.size(); ++k) {
    if (!ys_[k].requires_grad()) continue;
    moving.push_back(ys_[k]);
    seeds.push_back(along_[k]);
  }
  return grad(moving, xs_, seeds, {.create_graph = create_graph_, .retain_graph = true});
}

std::vector<Tensor> Evaluation::hvp() const {
  check<ValueError>(along_.size() == xs_.size(), name_, ": one v for each x: ", along_.size(), " for ", xs_.size());
  const Tensor& y = only_result();
  std::vector<Tensor> products;
  if (!y.requires_grad()) {
    for (const Tensor& x : xs_) products.push_back(zeros_of(x));
    return products;
  }
  const std::vector<Tensor> slopes = grad(y, xs_, {.create_graph = true});
  std::vector<Tensor> moving;
  for (const Tensor& slope : slopes)
    if (slope.requires_grad()) moving.push_back(slope);
  const std::vector<Tensor> tangents = tangent(moving, xs_, along_, {.create_graph = create_graph_});
  std::size_t k = 0;
  for (std::size_t i = 0; i < xs_.size(); ++i) products.push_back(slopes[i].requires_grad() ? tangents[k++] : zeros_of(xs_[i]));
  return products;
}

namespace {

std::int64_t elements(const std::vector<Tensor>& all) {
  std::int64_t n = 0;
  for (const Tensor& x : all) n += x.size();
  return n;
}

// The lines of a block, its rows (axis 0) or its columns (axis 1), as a tensor of the given shape.
Tensor block(const std::vector<Tensor>& lines, int axis, const Shape& shape, Dtype dtype) {
  if (lines.empty()) return Array::zeros(shape, dtype);
  return reshape(stack(lines, axis), shape).to(dtype);
}

// Blocks ∂y/∂x of all ys by all xs, by columns: one walk up for each element of each x.
std::vector<Tensor> by_columns(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, const std::vector<Shape>& shapes,
                               bool create_graph) {
  std::vector<Tensor> moving, blocks(shapes.size());
  for (const Tensor& y : ys)
    if (y.requires_grad()) moving.push_back(y);
  for (std::size_t j = 0; j < xs.size(); ++j) {
    std::vector<std::vector<Tensor>> columns(moving.size());
    for (std::int64_t i = 0; i < xs[j].size() && !moving.empty(); ++i) {
      const Tensor v = unit(xs[j], i);
      const auto tangents = tangent(moving, {&xs[j], 1}, {&v, 1}, {.create_graph = create_graph});
      for (std::size_t k = 0; k < moving.size(); ++k) columns[k].push_back(reshape(tangents[k], {tangents[k].size()}));
    }
    for (std::size_t k = 0, m = 0; k < ys.size(); ++k) {
      const std::size_t at = k * xs.size() + j;
      blocks[at] = block(ys[k].requires_grad() ? columns[m++] : std::vector<Tensor>{}, 1, shapes[at], xs[j].dtype());
    }
  }
  return blocks;
}

// The same by rows: one walk down for each element of each y.
std::vector<Tensor> by_rows(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, const std::vector<Shape>& shapes,
                            bool create_graph) {
  std::vector<Tensor> blocks;
  for (std::size_t k = 0; k < ys.size(); ++k) {
    std::vector<std::vector<Tensor>> rows(xs.size());
    for (std::int64_t i = 0; i < ys[k].size() && ys[k].requires_grad(); ++i) {
      const auto grads = grad(ys[k], xs, {.create_graph = create_graph, .retain_graph = true, .seed = unit(ys[k], i)});
      for (std::size_t j = 0; j < xs.size(); ++j) rows[j].push_back(reshape(grads[j], {grads[j].size()}));
    }
    for (std::size_t j = 0; j < xs.size(); ++j) blocks.push_back(block(rows[j], 0, shapes[k * xs.size() + j], xs[j].dtype()));
  }
  return blocks;
}

}  // namespace

std::vector<Tensor> Evaluation::jacobian() const {
  std::vector<Shape> shapes;
  for (const Tensor& y : ys_)
    for (const Tensor& x : xs_) shapes.push_back(joined(y.shape(), x.shape(), name_));
  return elements(xs_) < elements(ys_) ? by_columns(ys_, xs_, shapes, create_graph_) : by_rows(ys_, xs_, shapes, create_graph_);
}

std::vector<Tensor> Evaluation::hessian() const {
  const Tensor& y = only_result();
  check<ShapeError>(y.size() == 1, name_, ": f must return a scalar, not ", y.shape());
  std::vector<Shape> shapes;
  for (const Tensor& a : xs_)
    for (const Tensor& b : xs_) shapes.push_back(joined(a.shape(), b.shape(), name_));
  std::vector<Tensor> slopes = xs_;
  if (y.requires_grad()) slopes = grad(y, xs_, {.create_graph = true});
  else
    for (Tensor& slope : slopes) slope = zeros_of(slope);
  return by_columns(slopes, xs_, shapes, create_graph_);
}

std::vector<std::vector<Tensor>> in_rows(std::vector<Tensor> all, std::size_t columns) {
  std::vector<std::vector<Tensor>> rows;
  for (std::size_t i = 0; i < all.size(); i += columns) {
    std::vector<Tensor>& row = rows.emplace_back();
    for (std::size_t j = 0; j < columns; ++j) row.push_back(std::move(all[i + j]));
  }
  return rows;
}

}  // namespace gradus::detail
