// Operations with several results, as users write them: their number known to the compiler, and at run time.
#include <algorithm>

#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>

#include "autograd/ops/op_table.h"

namespace gradus::several_table {

// a·b and a/b, both kept for the backward: of the quotient, the result.
struct ProductAndQuotient final : Op {
  std::string_view name() const override { return "product_and_quotient"; }
  std::array<Array, 2> forward(const Tensor& a, const Tensor& b) {
    check_defined("product_and_quotient", a, "a");
    check_defined("product_and_quotient", b, "b");
    check<ShapeError>(a.shape() == b.shape(), "product_and_quotient: shapes must be equal: ", a.shape(), " and ", b.shape());
    save(a, b);
    save_output(1);
    return {(a.detach() * b.detach()).value(), (a.detach() / b.detach()).value()};
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto [a, b] = saved<2>();
    const Tensor q = output(1);
    Grads grads{Tensor{}, Tensor{}};
    if (gs[0].defined()) grads = {gs[0] * b, gs[0] * a};
    if (gs[1].defined()) {
      const Tensor da = gs[1] / b, db = -(da * q);
      grads = {gs[0].defined() ? grads[0].tensor() + da : da, gs[0].defined() ? grads[1].tensor() + db : db};
    }
    return grads;
  }
};

// The same with tangents of its own, and zeros for the gradients of results that are not used.
struct ProductAndQuotientForward final : Op {
  static constexpr bool materializes_gradients = true;
  std::string_view name() const override { return "product_and_quotient"; }
  std::array<Array, 2> forward(const Tensor& a, const Tensor& b) {
    check_defined("product_and_quotient", a, "a");
    check_defined("product_and_quotient", b, "b");
    save(a, b);
    return {(a.detach() * b.detach()).value(), (a.detach() / b.detach()).value()};
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto [a, b] = saved<2>();
    return {gs[0] * b + gs[1] / b, gs[0] * a - gs[1] * a / square(b)};
  }
  Tangents tangent_all(std::span<const Tensor> vs) override {
    const auto [a, b] = saved<2>();
    const Tensor da = needs(0) ? vs[0] : zeros_like(a), db = needs(1) ? vs[1] : zeros_like(b);
    return {da * b + a * db, (da - a / b * db) / b};
  }
};

// The columns of a matrix.
struct Columns final : Op {
  Shape shape;
  std::string_view name() const override { return "columns"; }
  std::vector<Array> forward(const Tensor& x) {
    check_defined("columns", x);
    check<ShapeError>(x.rank() == 2, "columns: x must be a matrix, not ", x.shape());
    shape = x.shape();
    std::vector<Array> all;
    for (std::int64_t i = 0; i < x.dim(1); ++i) all.push_back(x.value().slice(1, i, i + 1).squeeze(1));
    return all;
  }
  Grads backward_all(std::span<Tensor> gs) override {
    Tensors columns;
    const Tensor& any = *std::find_if(gs.begin(), gs.end(), [](const Tensor& g) { return g.defined(); });
    for (const Tensor& g : gs) columns.push_back(g.defined() ? g : zeros_like(any));
    return {stack(columns, 1)};
  }
};

const Rows family{
    {.name = "product_and_quotient", .f = of([](auto& a, auto& b) { return record(ProductAndQuotient{}, a, b); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}, .low = 0.5, .high = 2}},
     .mistake = [] { record(ProductAndQuotient{}, zeros({2}), zeros({3})); }, .says = {"product_and_quotient", "[2] and [3]"}},
    {.name = "product_and_quotient", .f = of([](auto& a, auto& b) { return square(record(ProductAndQuotient{}, a, b)[1]); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}, .low = 0.5, .high = 2}}},
    {.name = "product_and_quotient", .f = of([](auto& a, auto& b) { return record(ProductAndQuotientForward{}, a, b); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}, .low = 0.5, .high = 2}}},
    {.name = "product_and_quotient", .f = of([](auto& a, auto& b) { return square(record(ProductAndQuotientForward{}, a, b)[0]); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}, .low = 0.5, .high = 2}}},
    {.name = "columns", .f = of([](auto& x) { return record(Columns{}, x); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { record(Columns{}, zeros({2})); }, .says = {"columns", "[2]"}},
    {.name = "columns",
     .f = of([](auto& x) {
       const auto all = record(Columns{}, x);
       return std::array<Tensor, 2>{all[1] * all[2], square(all[2])};
     }),
     .inputs = {{.shape = {2, 4}}}},
};

}  // namespace gradus::several_table
