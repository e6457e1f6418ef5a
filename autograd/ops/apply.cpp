#include <gradus/autograd/ops/apply.h>

#include <algorithm>
#include <array>
#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>

namespace gradus::detail {
namespace {

[[noreturn, gnu::cold]] void refuse_undefined_input(const char* name, std::span<const Tensor* const> inputs, const Tensor* x) {
  static constexpr std::string_view names[] = {"a",               "b",               "the third input",   "the fourth input",
                                               "the fifth input", "the sixth input", "the seventh input", "the eighth input"};
  const auto at = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), x) - inputs.begin());
  refuse_undefined(name, inputs.size() == 1 ? "x" : names[std::min(at, std::size(names) - 1)]);
}

}  // namespace

Array elementwise_result(const char* name, std::span<const Tensor* const> inputs) {
  const Tensor& first = *inputs[0];
  bool alike = true;
  for (const Tensor* x : inputs) {
    if (!x->defined()) [[unlikely]] refuse_undefined_input(name, inputs, x);
    check<DtypeError>(x->dtype() == first.dtype(), name, ": dtypes differ: ", describe(first), " and ", describe(*x),
                      "; nothing is promoted silently, convert one side with b.to(", first.dtype(), ")");
    alike &= x == &first || x->shape() == first.shape();
  }
  check<DtypeError>(computes_in(first.dtype()), name, ": needs f32 or f64, not ", describe(first), "; convert with x.to(f32)");
  if (alike) return kernels::empty_as(first.value());
  Shape shape = first.shape();
  for (const Tensor* x : inputs) shape = broadcast_shapes(shape, x->shape(), name);
  for (const Tensor* x : inputs)
    if (x->shape() == shape) return kernels::empty_as(x->value());
  return Array(shape, first.dtype());
}

void elementwise_results(const char* name, std::span<const Tensor* const> inputs, std::span<Array> ys) {
  ys[0] = elementwise_result(name, inputs);
  for (Array& y : ys.subspan(1)) y = kernels::empty_as(ys[0]);
}

void run_value_row(kernels::Row row, const void* formula, std::span<const Tensor* const> inputs, Array& y) {
  std::array<const Array*, kernels::most_operands> in;
  for (std::size_t i = 0; i < inputs.size(); ++i) in[i] = &inputs[i]->value();
  Array* out[] = {&y};
  kernels::for_rows(y.shape(), {in.data(), inputs.size()}, out, row, formula);
}

void run_value_row(kernels::Row row, const void* formula, std::span<const Tensor* const> inputs, std::span<Array> ys) {
  std::array<const Array*, kernels::most_operands> in;
  std::array<Array*, 8> out;
  for (std::size_t i = 0; i < inputs.size(); ++i) in[i] = &inputs[i]->value();
  for (std::size_t k = 0; k < ys.size(); ++k) out[k] = &ys[k];
  kernels::for_rows(ys[0].shape(), {in.data(), inputs.size()}, {out.data(), ys.size()}, row, formula);
}

namespace {

using Products = std::array<Array, 8>;

// g · slope for each wanted input, in the shape of g, whose copy `shape` is.
[[gnu::always_inline]] inline void products(kernels::Row row, const void* formula, std::span<const Tensor> x, Array g, const Shape& shape,
                                            std::uint32_t wanted, Products& results) {
  std::array<const Array*, kernels::most_operands> in;
  std::array<Array*, kernels::most_operands> out;
  const Array* model = nullptr;   // an input whose layout its gradient should have
  in[x.size()] = &g;
  for (std::size_t i = 0; i < x.size(); ++i) {
    in[i] = &x[i].value();
    out[i] = nullptr;
    check<ShapeError>(x[i].shape() == shape || broadcast_shapes(x[i].shape(), shape, "backward") == shape, "backward: a gradient of shape ",
                      shape, " arrived at an operation on ", x[i].shape(), ", whose result is larger");
    if (wanted >> i & 1) out[i] = &results[i];
    if (!model && x[i].shape() == shape) model = in[i];
  }
  if (!model) model = &g;
  // Every register of g is read before one of a result is written, so one result may take its place.
  bool free_place = g.unique() && kernels::lies_as(g, *model);
  Array* in_place = nullptr;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!out[i]) continue;
    if (std::exchange(free_place, false)) in_place = out[i];
    else results[i] = kernels::empty_as(*model);
  }
  if (in_place) in[x.size()] = &(*in_place = std::move(g));
  kernels::for_rows(shape, {in.data(), x.size() + 1}, {out.data(), x.size()}, row, formula);
}

}  // namespace

Grads run_slope_row(kernels::Row row, const void* formula, std::span<const Tensor> x, Array g, std::uint32_t wanted) {
  const Shape shape = g.shape();
  Products results;
  products(row, formula, x, std::move(g), shape, wanted, results);
  Grads grads;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i].shape() == shape || !(wanted >> i & 1)) grads.emplace_back(std::move(results[i]));
    else grads.emplace_back(sum_to(Tensor(std::move(results[i])), x[i].shape()));
  return grads;
}

Grads run_slope_row(kernels::Row row, const void* formula, std::span<const Tensor> x, std::span<const Tensor> gs, std::uint32_t wanted) {
  const Array none = Array::zeros({}, x[0].dtype());
  const auto given = std::find_if(gs.begin(), gs.end(), [](const Tensor& g) { return g.defined(); });
  const Shape shape = given->shape();
  std::array<const Array*, kernels::most_operands> in;
  std::array<Array*, 8> out{};
  Products results;
  for (std::size_t i = 0; i < x.size(); ++i) {
    in[i] = &x[i].value();
    if (wanted >> i & 1) *(out[i] = &results[i]) = kernels::empty_as(given->value());
  }
  for (std::size_t k = 0; k < gs.size(); ++k) in[x.size() + k] = gs[k].defined() ? &gs[k].value() : &none;
  kernels::for_rows(shape, {in.data(), x.size() + gs.size()}, {out.data(), x.size()}, row, formula);
  Grads grads;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (out[i] && x[i].shape() != shape) grads.emplace_back(sum_to(Tensor(std::move(results[i])), x[i].shape()));
    else grads.emplace_back(std::move(results[i]));
  return grads;
}

Tensor sum_of_tangents(const Tensor& a, const Tensor& b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

Tensor run_tangent_row(kernels::Row row, const void* formula, std::span<const Tensor> x, std::span<const Tensor> vs) {
  const Shape shape = common_shape(x, [](const Tensor& each) { return each.shape(); });
  Tensor total;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!vs[i].defined()) continue;
    Products moved;
    products(row, formula, x, vs[i].value().expand(shape), shape, 1u << i, moved);
    total = sum_of_tangents(total, Tensor(std::move(moved[i])));
  }
  return total;
}

}  // namespace gradus::detail
