// Products of matrices, attention, and what stands on them.
#include <cmath>
#include <limits>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

std::vector<std::int64_t> last_two_swapped(int rank) {
  std::vector<std::int64_t> order;
  for (int i = 0; i < rank; ++i) order.push_back(i);
  std::swap(order[static_cast<std::size_t>(rank - 1)], order[static_cast<std::size_t>(rank - 2)]);
  return order;
}

void matmul_rule(Conversion& c) { c.out("MatMul", {c.in(0), c.in(1)}); }

// Gemm keeps the weight as it lies; it takes matrices alone.
void linear_rule(Conversion& c) {
  if (c.rank(0) == 2) {
    Conversion::Names inputs{c.in(0), c.in(1)};
    if (c.has(2)) inputs.push_back(c.in(2));
    return c.out("Gemm", inputs, {{"transB", 1}});
  }
  const std::string y = c.node("MatMul", {c.in(0), c.transpose(c.in(1), {1, 0})});
  c.out(c.has(2) ? c.node("Add", {y, c.in(2)}) : y);
}

void det_rule(Conversion& c) { c.out("Det", {c.in(0)}); }

void cdist_rule(Conversion& c) {
  const int rank = c.rank(0);
  const std::string apart = c.node("Sub", {c.unsqueeze(c.in(0), {rank - 1}), c.unsqueeze(c.in(1), {rank - 2})});
  c.out(c.reduce(c.number("p") == 1 ? "ReduceL1" : "ReduceL2", apart, {rank}, false));
}

// Heads of keys and values that several heads of queries share.
std::string repeated_heads(Conversion& c, std::size_t i, std::int64_t repeats) {
  if (repeats == 1) return c.in(i);
  const int rank = c.rank(i);
  Sizes wide = c.sizes(i), heads = wide;
  wide.insert(wide.end() - 2, {repeats, 0, repeats});
  Size& count = heads[static_cast<std::size_t>(rank - 3)];
  count = {count.here * repeats, count.per * repeats, count.offset * repeats};
  return c.reshape(c.expand(c.unsqueeze(c.in(i), {rank - 2}), wide), heads);
}

void attention_rule(Conversion& c) {
  if (c.number("dropout") > 0) c.refuse("drops weights at random; export in evaluation");
  const std::int64_t repeats = c.whole("repeats");
  const Term q = term(c, 0) * c.number("scale");
  const std::string k = repeated_heads(c, 1, repeats), v = repeated_heads(c, 2, repeats);
  Term scores{&c, c.node("MatMul", {q.name, c.transpose(k, last_two_swapped(c.rank(1)))}), q.dtype};
  const bool has_mask = c.has(3);
  if (has_mask && c.dtype(3) == boolean) scores = choose(term(c, 3), scores, minus_infinity);
  else if (has_mask) scores = scores + term(c, 3);
  if (c.whole("causal")) {
    const Size rows = c.sizes(0)[static_cast<std::size_t>(c.rank(0) - 2)], columns = c.sizes(1)[static_cast<std::size_t>(c.rank(1) - 2)];
    if (rows.follows() || columns.follows()) c.refuse("has a triangle of the size of the batch; is the batch another axis?");
    Array sees({rows.here, columns.here}, boolean);
    bool* to = sees.mutable_data<bool>();
    for (std::int64_t i = 0; i < rows.here; ++i)
      for (std::int64_t j = 0; j < columns.here; ++j) *to++ = j <= i;
    scores = choose({&c, c.constant(sees), boolean}, scores, minus_infinity);
  }
  const auto softmax = [&](const Term& x) { return apply("Softmax", x, {{"axis", -1}}); };
  if (!has_mask) return c.out("MatMul", {softmax(scores).name, v});
  // A row that sees nothing is zero.
  const Term most{&c, c.reduce("ReduceMax", scores.name, {c.rank(0) - 1}, true), scores.dtype}, sees = most > minus_infinity;
  const Term weights = choose(sees, softmax(choose(sees, scores, 0)), 0);
  c.out("MatMul", {weights.name, v});
}

// Pairs of numbers are turned, by angles that are known.
void rotary_rule(Conversion& c) {
  const int rank = c.rank(0), last = rank - 1;
  Array cosines = c.option_array("cosines"), sines = c.option_array("sines");
  const Array place = c.option_array("place");
  const std::int64_t pairs = cosines.dim(1), width = c.shape(0)[last];
  if (c.sizes(0)[static_cast<std::size_t>(rank - 2)].follows())
    c.refuse("has as many positions as the batch is large; is it another axis?");
  if (place.defined()) {
    Shape each = c.shape(0);
    each[last] = pairs;
    Array all[] = {Array(each, cosines.dtype()), Array(each, cosines.dtype())};
    for (std::int64_t row = 0; row < place.size(); ++row)
      for (std::int64_t i = 0; i < pairs; ++i)
        visit_floating(cosines.dtype(), "rotary_embedding", [&]<class T>(T) {
          const std::int64_t from = place.data<std::int64_t>()[row] * pairs + i;
          all[0].mutable_data<T>()[row * pairs + i] = cosines.data<T>()[from];
          all[1].mutable_data<T>()[row * pairs + i] = sines.data<T>()[from];
        });
    cosines = all[0], sines = all[1];
  }
  const Term turn{&c, c.constant(cosines), c.dtype(0)}, lift{&c, c.constant(sines), c.dtype(0)};
  const auto part = [&](std::int64_t begin, std::int64_t end, std::int64_t step) -> Term {
    return {&c, c.slice(c.in(0), last, {begin, 0, begin}, {end, 0, end}, step), c.dtype(0)};
  };
  const bool interleaved = c.whole("interleaved") != 0;
  const Term a = interleaved ? part(0, 2 * pairs, 2) : part(0, pairs, 1),
             b = interleaved ? part(1, 2 * pairs, 2) : part(pairs, 2 * pairs, 1);
  const Term x = a * turn - b * lift, y = b * turn + a * lift;
  std::string turned;
  if (interleaved) {
    Sizes shape = c.sizes(0);
    shape[static_cast<std::size_t>(last)] = {2 * pairs, 0, 2 * pairs};
    turned = c.reshape(c.node("Concat", {c.unsqueeze(x.name, {rank}), c.unsqueeze(y.name, {rank})}, {{"axis", rank}}), shape);
  } else {
    turned = c.node("Concat", {x.name, y.name}, {{"axis", last}});
  }
  c.out(2 * pairs == width ? turned : c.node("Concat", {turned, part(2 * pairs, width, 1).name}, {{"axis", last}}));
}

}  // namespace

void add_product_rules(Rules& r) {
  r["matmul"] = matmul_rule, r["linear"] = linear_rule, r["det"] = det_rule, r["cdist"] = cdist_rule;
  r["scaled_dot_product_attention"] = attention_rule, r["rotary_embedding"] = rotary_rule;
}

}  // namespace gradus::nn::onnx
