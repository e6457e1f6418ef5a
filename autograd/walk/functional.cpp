#include <gradus/autograd/walk/functional.h>

#include <algorithm>

#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>

namespace gradus::detail {
namespace {

// x as the beginning of a tape that leads back to it.
struct Entry final : Op {
  std::string_view name() const override { return "entry"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g}; }
  Tensor tangent(std::span<const Tensor> vs) override { return vs[0]; }
};

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
    xs_.push_back(create_graph_ && x.requires_grad() ? record(Entry{}, x) : variable(x));
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

Tensor Evaluation::jacobian() const {
  const Tensor &y = only_result(), &x = xs_[0];
  const Shape shape = joined(y.shape(), x.shape(), name_);
  if (!y.requires_grad() || shape.elements() == 0) return Array::zeros(shape, x.dtype());
  std::vector<Tensor> lines;
  if (x.size() < y.size()) {
    for (std::int64_t i = 0; i < x.size(); ++i)
      lines.push_back(reshape(tangent(y, x, unit(x, i), {.create_graph = create_graph_}), {y.size()}));
    return reshape(stack(lines, 1), shape);
  }
  for (std::int64_t i = 0; i < y.size(); ++i)
    lines.push_back(reshape(grad(y, x, {.create_graph = create_graph_, .retain_graph = true, .seed = unit(y, i)}), {x.size()}));
  return reshape(stack(lines, 0), shape);
}

Tensor Evaluation::hessian() const {
  const Tensor &y = only_result(), &x = xs_[0];
  check<ShapeError>(y.size() == 1, name_, ": f must return a scalar, not ", y.shape());
  const Shape shape = joined(x.shape(), x.shape(), name_);
  if (!y.requires_grad() || shape.elements() == 0) return Array::zeros(shape, x.dtype());
  const Tensor slope = grad(y, x, {.create_graph = true});
  if (!slope.requires_grad()) return Array::zeros(shape, x.dtype());
  std::vector<Tensor> columns;
  for (std::int64_t i = 0; i < x.size(); ++i)
    columns.push_back(reshape(tangent(slope, x, unit(x, i), {.create_graph = create_graph_}), {x.size()}));
  return reshape(stack(columns, 1), shape);
}

}  // namespace gradus::detail
