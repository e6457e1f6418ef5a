// Elements by their places, and into places.
#include <algorithm>
#include <limits>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using Positions = std::vector<std::int64_t>;

// The axes that positions name first, then the others.
Positions picked_first(const Positions& picked, int rank) {
  Positions order = picked;
  for (int i = 0; i < rank; ++i)
    if (std::find(picked.begin(), picked.end(), i) == picked.end()) order.push_back(i);
  return order;
}
Positions inverse(const Positions& order) {
  Positions back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return back;
}
// The dimensions of an index, which stand at `at` among the others, first.
Positions index_first(int rank, int index_rank, int at) {
  Positions order;
  for (int i = 0; i < index_rank; ++i) order.push_back(at + i);
  for (int i = 0; i < rank; ++i)
    if (i < at || i >= at + index_rank) order.push_back(i);
  return order;
}
std::string stacked(Conversion& c, std::size_t first) {   // [..., axes] of several positions [...]
  Conversion::Names all;
  for (std::size_t i = first; i < c.inputs(); ++i) all.push_back(c.unsqueeze(c.in(i), {-1}));
  return all.size() == 1 ? all[0] : c.node("Concat", all, {{"axis", -1}});
}

void pick_rule(Conversion& c) {
  const Positions axes = c.list("axes");
  const auto at = static_cast<int>(c.whole("at"));
  if (axes.size() == 1 && axes[0] == at) return c.out("Gather", {c.in(0), c.in(1)}, {{"axis", at}});
  const std::string x = c.transpose(c.in(0), picked_first(axes, c.rank(0)));
  const std::string y = c.node("GatherND", {x, stacked(c, 1)});
  c.out(c.transpose(y, inverse(index_first(c.out_shape().rank(), c.rank(1), at))));
}

void put_rule(Conversion& c) {
  const Positions axes = c.list("axes");
  const std::string how = c.text("how");
  const bool from_zeros = how == "into_zeros";
  const std::size_t values = from_zeros ? 0 : 1;
  const std::string x = from_zeros ? c.expand(c.like(0), c.out_sizes()) : c.in(0);
  const Positions order = picked_first(axes, c.out_shape().rank());
  const int index_rank = c.rank(values + 1);
  const std::string updates = c.transpose(c.in(values), index_first(c.rank(values), index_rank, static_cast<int>(c.whole("at"))));
  const std::string y = c.node("ScatterND", {c.transpose(x, order), stacked(c, values + 1), updates},
                               how == "set" ? Conversion::Attributes{} : Conversion::Attributes{{"reduction", "add"}});
  c.out(c.transpose(y, inverse(order)));
}

void gather_rule(Conversion& c) { c.out("GatherElements", {c.in(0), c.in(1)}, {{"axis", c.whole("axis")}}); }
void scatter_rule(Conversion& c) { c.out("ScatterElements", {c.in(0), c.in(1), c.in(2)}, {{"axis", c.whole("axis")}}); }
void scatter_add_rule(Conversion& c) {
  const bool from_zeros = c.says("into_zeros");
  const std::string x = from_zeros ? c.expand(c.like(0), c.out_sizes()) : c.in(0), index = c.in(1), src = c.in(from_zeros ? 0 : 2);
  c.out("ScatterElements", {x, index, src}, {{"axis", c.whole("axis")}, {"reduction", "add"}});
}
void scatter_reduce_rule(Conversion& c) {
  if (c.opset() < 18 && c.text("how") != "mul") c.refuse("by the largest or smallest is there from opset 18 on; export with opset = 18");
  std::string x = c.in(0);
  const std::int64_t axis = c.whole("axis");
  if (c.says("include_self") && !c.whole("include_self")) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (!is_floating(c.dtype(0))) c.refuse("without include_self is there for floating numbers alone");
    const std::string nothing = c.expand(c.like(c.text("how") == "max" ? -infinity : infinity), c.sizes(1));
    x = c.node("ScatterElements", {x, c.in(1), nothing}, {{"axis", axis}});
  }
  c.out("ScatterElements", {x, c.in(1), c.in(2)}, {{"axis", axis}, {"reduction", c.text("how")}});
}

void embedding_rule(Conversion& c) { c.out("Gather", {c.in(0), c.in(1)}, {{"axis", 0}}); }

// Bags of one length are rows, reshaped and summed; others a product with the matrix of what belongs to which, if that is known.
void embedding_bag_rule(Conversion& c) {
  if (c.option_array("place").defined())
    c.refuse("leaves rows out by padding_idx, which hangs from the numbers; multiply by a mask instead");
  std::string rows = c.node("Gather", {c.in(0), c.option_value("rows")}, {{"axis", 0}});
  if (c.has(1)) rows = c.node("Mul", {rows, c.unsqueeze(c.in(1), {1})});
  const Size segments = c.out_sizes()[0];
  const std::int64_t width = c.out_shape()[1];
  const Size uses = c.option_length("rows");
  const bool alike = segments.here > 0 && uses.here % segments.here == 0 && c.in_equal_steps("starts", uses.here / segments.here);
  std::string y;
  if (alike) {
    const std::int64_t each = uses.here / segments.here;
    y = c.reduce("ReduceSum", c.reshape(rows, {segments, {each, 0, each}, {width, 0, width}}), {1}, false);
    if (c.has_array("scale")) y = c.node("Mul", {y, c.like(1. / static_cast<double>(std::max<std::int64_t>(each, 1)))});
  } else {
    const Array starts = c.option_array("starts"), scale = c.option_array("scale");
    Array belongs = Array::zeros({segments.here, uses.here}, f64);
    for (std::int64_t s = 0; s < segments.here; ++s)
      for (std::int64_t k = starts.data<std::int64_t>()[s]; k < starts.data<std::int64_t>()[s + 1]; ++k)
        belongs.mutable_data<double>()[s * uses.here + k] = scale.defined() ? scale.at({s}) : 1;
    y = c.node("MatMul", {c.constant(belongs.to(c.dtype(0))), rows});
  }
  c.out(y);
}

void one_hot_rule(Conversion& c) {
  c.out("OneHot", {c.in(0), c.ints({c.whole("classes")}), c.ints({0, 1})}, {{"axis", -1}});
}
void true_places_rule(Conversion& c) {
  const std::string flat = c.rank(0) == 1 ? c.in(0) : c.node("Reshape", {c.in(0), c.ints({-1})});
  c.out(c.squeeze(c.node("NonZero", {flat}), {0}));
}
void nonzero_rule(Conversion& c) {
  if (c.rank(0) == 0) c.refuse("of a scalar is not there");
  c.out(c.transpose(c.node("NonZero", {c.in(0)}), {1, 0}));
}

}  // namespace

bool convert_picking(Conversion& c) {
  if (!c.says("how") || !c.says("axes") || !c.says("at")) return false;
  c.text("how") == "pick" ? pick_rule(c) : put_rule(c);
  return true;
}

void add_pick_rules(Rules& r) {
  r["gather"] = gather_rule, r["scatter"] = scatter_rule, r["scatter_add"] = scatter_add_rule, r["scatter_reduce"] = scatter_reduce_rule;
  r["embedding"] = embedding_rule, r["embedding_bag"] = embedding_bag_rule, r["one_hot"] = one_hot_rule, r["nonzero"] = nonzero_rule;
  r["true_places"] = true_places_rule;
}

}  // namespace gradus::nn::onnx
