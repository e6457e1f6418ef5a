// Axes that become one number, that are put in order, or added up from one end.
#include <algorithm>
#include <cmath>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using AxisList = std::vector<std::int64_t>;

// Bits, as operations that are only told have them.
AxisList axes_of_bits(Conversion& c) {
  AxisList axes;
  for (std::int64_t i = 0, bits = c.whole("axes"); bits >> i; ++i)
    if (bits >> i & 1) axes.push_back(i);
  return axes;
}

template <const char* const& op>
void reduction(Conversion& c) {
  const std::string x = c.dtype(0) == c.out_dtype() ? c.in(0) : c.cast(c.in(0), c.out_dtype());
  c.out(c.reduce(op, x, c.list("axes"), c.whole("keepdim") != 0));
}
constexpr const char *sum_op = "ReduceSum", *mean_op = "ReduceMean", *prod_op = "ReduceProd", *logsumexp_op = "ReduceLogSumExp",
                     *max_op = "ReduceMax", *min_op = "ReduceMin";
void nansum_rule(Conversion& c) {
  const Term x = term(c, 0);
  c.out(c.reduce(sum_op, choose(apply("IsNaN", x), 0, x).name, c.list("axes"), c.whole("keepdim") != 0));
}
void norm_rule(Conversion& c) {
  const double p = c.number("p");
  const AxisList axes = c.list("axes");
  const bool keep = c.whole("keepdim") != 0;
  const Term size = apply("Abs", term(c, 0));
  if (axes.empty()) return give(size);
  if (p == 1) return c.out(c.reduce("ReduceL1", c.in(0), axes, keep));
  if (p == 2) return c.out(c.reduce("ReduceL2", c.in(0), axes, keep));
  const Term powers{&c, c.reduce(sum_op, size.made("Pow", size.number(p)).name, axes, keep), size.dtype};
  give(powers.made("Pow", powers.number(1 / p)));
}
void spread_rule(Conversion& c) {   // {variance or deviation, mean}
  const AxisList axes = c.list("axes");
  const bool keep = c.whole("keepdim") != 0;
  std::int64_t n = 1;
  for (const std::int64_t axis : axes) {
    if (c.sizes(0)[static_cast<std::size_t>(axis)].follows()) c.refuse("over the batch counts it; export with dynamic_batch = false");
    n *= c.shape(0)[static_cast<int>(axis)];
  }
  const Term x = term(c, 0), mean{&c, c.reduce(mean_op, x.name, axes, true), x.dtype}, apart = x - mean;
  const Term squares{&c, c.reduce(sum_op, (apart * apart).name, axes, keep), x.dtype};
  const Term variance = squares * (1 / std::max(0., static_cast<double>(n) - c.number("correction")));
  give(c.op() == "std" ? apply("Sqrt", variance) : variance);
  c.out(keep || axes.empty() ? mean.name : c.squeeze(mean.name, axes), 1);
}

void any_rule(Conversion& c) {
  const std::string x = c.cast(c.dtype(0) == boolean ? c.in(0) : c.cast(c.in(0), boolean), i32);
  c.out(c.cast(c.reduce(max_op, x, axes_of_bits(c), c.whole("keepdim") != 0), boolean));
}
void count_nonzero_rule(Conversion& c) {
  c.out(c.reduce(sum_op, c.cast(c.cast(c.in(0), boolean), i64), axes_of_bits(c), false));
}
// Of several axes as of one that they all are.
void place_of_extreme(Conversion& c) {
  AxisList axes = axes_of_bits(c), order;
  Sizes flat;
  for (int i = 0; i < c.rank(0); ++i)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) order.push_back(i), flat.push_back(c.sizes(0)[static_cast<std::size_t>(i)]);
  order.insert(order.end(), axes.begin(), axes.end());
  Size joined{1, 0, 1};
  for (const std::int64_t axis : axes) {
    const Size size = c.sizes(0)[static_cast<std::size_t>(axis)];
    if (size.follows() && axes.size() > 1 && !flat.empty()) c.refuse("over the batch and another axis");
    joined = {joined.here * size.here, size.follows() ? size.per * joined.here : joined.per * size.here,
              size.follows() ? size.offset * joined.here : joined.offset * size.here};
  }
  flat.push_back(joined);
  std::string x = c.dtype(0) == boolean ? c.cast(c.in(0), i32) : c.in(0);
  const bool one = axes.size() == 1;
  if (!one) x = c.reshape(c.rank(0) > 1 ? c.transpose(x, order) : x, flat);
  const std::int64_t axis = one ? axes[0] : static_cast<std::int64_t>(flat.size() - 1);
  const std::string y = c.node(c.op() == "argmax" ? "ArgMax" : "ArgMin", {x}, {{"axis", axis}, {"keepdims", 0}});
  c.out(c.reshape(y, c.out_sizes()));
}

// ---- with the places of what is chosen (ops/internal/pick.h)

void give_chosen(Conversion& c, std::string values, std::string places) {
  const AxisList axis{c.whole("axis")};
  if (c.whole("drop")) values = c.squeeze(values, axis), places = c.squeeze(places, axis);
  c.out(values), c.places(places);
}
void extreme_rule(Conversion& c) {
  const bool largest = c.op()[1] == 'a' || c.op() == "amax";
  if (!c.says("axis")) return largest ? reduction<max_op>(c) : reduction<min_op>(c);
  const std::int64_t axis = c.whole("axis");
  const std::string places = c.node(largest ? "ArgMax" : "ArgMin", {c.in(0)}, {{"axis", axis}, {"keepdims", 1}});
  give_chosen(c, c.reduce(largest ? max_op : min_op, c.in(0), {axis}, true), places);
}
std::pair<std::string, std::string> top(Conversion& c, const std::string& k, bool largest) {
  const auto both = c.nodes("TopK", {c.in(0), k}, 2, {{"axis", c.whole("axis")}, {"largest", largest ? 1 : 0}, {"sorted", 1}});
  return {both[0], both[1]};
}
void sort_rule(Conversion& c) {
  const auto [values, places] = top(c, c.sizes_value({c.sizes(0)[static_cast<std::size_t>(c.whole("axis"))]}), c.whole("largest") != 0);
  give_chosen(c, values, places);
}
void topk_rule(Conversion& c) {
  const auto [values, places] = top(c, c.ints({c.whole("k")}), c.whole("largest") != 0);
  give_chosen(c, values, places);
}
void middle_of_axes(Conversion& c) {   // the median over several axes, as over one that they all are
  const AxisList axes = c.list("axes");
  AxisList order;
  Sizes flat;
  std::int64_t n = 1;
  for (int i = 0; i < c.rank(0); ++i)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) order.push_back(i), flat.push_back(c.sizes(0)[static_cast<std::size_t>(i)]);
  for (const std::int64_t axis : axes) {
    if (c.sizes(0)[static_cast<std::size_t>(axis)].follows()) c.refuse("over the batch; export with dynamic_batch = false");
    order.push_back(axis), n *= c.shape(0)[static_cast<int>(axis)];
  }
  const auto last = static_cast<int>(flat.size());
  const std::int64_t k = (n - 1) / 2 + 1;
  flat.push_back({n, 0, n});
  const std::string x = c.reshape(c.rank(0) > 1 ? c.transpose(c.in(0), order) : c.in(0), flat);
  const auto both = c.nodes("TopK", {x, c.ints({k})}, 2, {{"axis", last}, {"largest", 0}, {"sorted", 1}});
  c.out(c.reshape(c.slice(both[0], last, {k - 1, 0, k - 1}, {k, 0, k}), c.out_sizes()));
}
void kth_rule(Conversion& c) {   // kthvalue, median
  if (!c.says("axis")) return middle_of_axes(c);
  const std::int64_t k = c.whole("k");
  const auto [values, places] = top(c, c.ints({k}), false);
  const auto axis = static_cast<int>(c.whole("axis"));
  const Size last{k - 1, 0, k - 1}, end{k, 0, k};
  give_chosen(c, c.slice(values, axis, last, end), c.slice(places, axis, last, end));
}
void places_of_rule(Conversion& c) { c.out(c.places_of(0)); }

// ---- along an axis

void cumsum_rule(Conversion& c) {
  c.out("CumSum", {c.in(0), c.constant(Array::from({c.whole("axis")}, {}))}, {{"reverse", c.whole("reverse")}});
}
void softmax_rule(Conversion& c) { c.out(c.op() == "softmax" ? "Softmax" : "LogSoftmax", {c.in(0)}, {{"axis", c.whole("axis")}}); }

}  // namespace

void add_reduce_rules(Rules& r) {
  r["sum"] = reduction<sum_op>, r["mean"] = reduction<mean_op>, r["prod"] = reduction<prod_op>, r["logsumexp"] = reduction<logsumexp_op>;
  r["nansum"] = nansum_rule, r["norm"] = norm_rule, r["var"] = r["std"] = spread_rule, r["any"] = any_rule;
  r["count_nonzero"] = count_nonzero_rule, r["argmax"] = r["argmin"] = place_of_extreme;
  r["amax"] = reduction<max_op>, r["amin"] = reduction<min_op>, r["max"] = r["min"] = extreme_rule;
  r["sort"] = sort_rule, r["topk"] = topk_rule, r["kthvalue"] = r["median"] = kth_rule, r["places_of"] = places_of_rule;
  r["cumsum"] = cumsum_rule, r["softmax"] = r["log_softmax"] = softmax_rule;
}

}  // namespace gradus::nn::onnx
