#include <gradus/autograd/tape/tensor.h>

#include <ostream>

#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

const Leaf* leaf_of(const Tensor& x) {
  return x.node() && x.node()->is_leaf() ? static_cast<const Leaf*>(x.node().get()) : nullptr;
}

// What x keeps as an intermediate result that retains its gradient; null if it does not.
detail::Retained::Entry* retained(const Tensor& x) {
  if (!x.node() || !x.node()->hooks || !x.node()->hooks->retained) return nullptr;
  auto& all = x.node()->hooks->retained->of_result;
  const auto at = static_cast<std::size_t>(x.output());
  return at < all.size() && all[at].wanted ? &all[at] : nullptr;
}

struct Cast final : Op {
  Dtype from = f32, to;
  explicit Cast(Dtype to) : to(to) {}
  std::string_view name() const override { return "to"; }
  Array forward(const Tensor& x) {
    from = x.dtype();
    return x.value().to(to);
  }
  Grads backward(Tensor g) override { return {g.to(from)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return vs[0].to(to); }
};

}  // namespace

void detail::refuse_undefined(std::string_view op, std::string_view what) {
  fail<GraphError>(op, ": ", what,
                   " is undefined: a default-constructed Tensor has neither shape nor elements; give it a value first, say ",
                   "Tensor x = zeros({2, 3})");
}

Tensor Tensor::to(Dtype dtype) const {
  check_defined("to", *this);
  if (dtype == this->dtype()) return *this;
  if (!is_floating(dtype)) return detail::told("to", {this}, value_.to(dtype));
  return record(Cast{dtype}, *this);
}

Tensor Tensor::grad() const {
  check_defined("grad", *this);
  if (const detail::Retained::Entry* kept = retained(*this)) return kept->gradient;
  const Leaf* leaf = leaf_of(*this);
  check<GraphError>(leaf, "grad: only leaves keep their gradient (a variable(x), a parameter); this tensor ", describe(*this),
                    " is the result of ", node_ ? node_->name() : "no operation on the tape",
                    "; use grad(y, x) for its gradient, or x.retain_grad() before backward");
  return leaf->gradient();
}

void Tensor::retain_grad() const {
  check_defined("retain_grad", *this);
  check<GraphError>(requires_grad(), "retain_grad: the tensor ", describe(*this),
                    " is not tracked: no gradient comes to it; make it a leaf with variable(x), or compute it from one");
  if (node_->is_leaf()) return;
  if (!node_->hooks) node_->hooks = std::make_unique<detail::Hooks>(false);
  if (!node_->hooks->retained) node_->hooks->retained = std::make_unique<detail::Retained>();
  auto& all = node_->hooks->retained->of_result;
  if (all.size() <= static_cast<std::size_t>(output_)) all.resize(static_cast<std::size_t>(output_) + 1);
  all[static_cast<std::size_t>(output_)].wanted = true;
}

bool Tensor::retains_grad() const { return retained(*this) != nullptr; }

void Tensor::zero_grad() const {
  if (detail::Retained::Entry* kept = retained(*this)) kept->gradient = {};
  if (const Leaf* leaf = leaf_of(*this)) const_cast<Leaf*>(leaf)->zero_grad();
}

void Tensor::set_grad(const Tensor& gradient) const {
  check_defined("set_grad", *this);
  const Leaf* leaf = leaf_of(*this);
  check<GraphError>(leaf, "set_grad: only leaves keep a gradient (a variable(x), a parameter), and this tensor ", describe(*this),
                    " is none");
  const_cast<Leaf*>(leaf)->set_gradient(gradient);
}

Tensor variable(const Tensor& x, std::string name) {
  check_defined("variable", x);
  check<DtypeError>(is_floating(x.dtype()), "variable: gradients need a floating dtype, not ", x.dtype(), "; convert with x.to(f32)");
  return Tensor(x.value(), NodePtr(new Leaf(x.value(), std::move(name))));
}

std::ostream& operator<<(std::ostream& out, Description d) {
  if (!d.x.defined()) return out << "undefined";
  if (const Leaf* leaf = leaf_of(d.x); leaf && !leaf->label.empty()) out << leaf->label << ' ';
  return out << d.x.shape() << ' ' << d.x.dtype();
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << x.value(); }

}  // namespace gradus
