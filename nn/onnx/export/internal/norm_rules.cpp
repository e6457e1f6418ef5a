// Normalisation.
#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using AxisNumbers = std::vector<std::int64_t>;

AxisNumbers from_to(int begin, int end) {
  AxisNumbers axes;
  for (int i = begin; i < end; ++i) axes.push_back(i);
  return axes;
}

// What the statistics of x over the axes make of it.
Term normalized(const Term& x, const AxisNumbers& axes, double eps, bool centered) {
  const auto mean = [&](const Term& t) -> Term { return {t.c, t.c->reduce("ReduceMean", t.name, axes, true), t.dtype}; };
  const Term apart = centered ? x - mean(x) : x;
  return apart / apply("Sqrt", mean(apart * apart) + eps);
}

// A weight [C] beside x [N, C, …].
Term of_channels(Conversion& c, std::size_t i) {
  const Term w = term(c, i);
  const int more = c.rank(0) - 2;
  return more > 0 ? Term{&c, c.unsqueeze(w.name, from_to(1, 1 + more)), w.dtype} : w;
}
Term scaled_channels(Conversion& c, Term y) {
  if (c.has(1)) y = y * of_channels(c, 1);
  return c.has(2) ? y + of_channels(c, 2) : y;
}

Term batch_normalized(Conversion& c) {
  const double eps = c.number("eps");
  if (c.whole("own_statistics")) {
    AxisNumbers axes = from_to(2, c.rank(0));
    axes.insert(axes.begin(), 0);
    return scaled_channels(c, normalized(term(c, 0), axes, eps, true));
  }
  const Dtype dtype = c.dtype(0);
  const Array mean = c.option_array("mean").to(dtype), var = c.option_array("var").to(dtype);
  if (!fit_attributes(dtype, eps)) {
    const AxisNumbers more = from_to(1, std::max(c.rank(0) - 1, 1));
    const auto channels = [&](const Array& a, const char* called) -> Term {
      const std::string name = c.constant(a, called);
      return {&c, more.empty() ? name : c.unsqueeze(name, more), dtype};
    };
    const Term x = term(c, 0) - channels(mean, "running_mean");
    return scaled_channels(c, x / apply("Sqrt", channels(var, "running_var") + eps));
  }
  const auto each = [&](double n) { return c.constant(Array::full(mean.shape(), n, dtype)); };
  return {&c, c.node("BatchNormalization", {c.in(0), c.has(1) ? c.in(1) : each(1), c.has(2) ? c.in(2) : each(0),
                                            c.constant(mean, "running_mean"), c.constant(var, "running_var")}, {{"epsilon", eps}}), dtype};
}
void batch_norm_rule(Conversion& c) { give(batch_normalized(c)); }
void batch_norm_relu_rule(Conversion& c) {
  const Term y = batch_normalized(c);
  give(apply("Relu", c.has(3) ? y + term(c, 3) : y));
}

// The first of the last dimensions that are normalised.
int first_axis(Conversion& c) {
  if (c.has(1)) return c.rank(0) - c.rank(1);
  int axis = c.rank(0);
  for (std::int64_t left = c.whole("channels"); axis > 0 && (axis == c.rank(0) || left > 1);)
    left /= std::max<std::int64_t>(c.shape(0)[--axis], 1);
  return axis;
}
void layer_norm_rule(Conversion& c) {
  const int axis = first_axis(c);
  if (!fit_attributes(c.dtype(0), c.number("eps"))) {
    Term y = normalized(term(c, 0), from_to(axis, c.rank(0)), c.number("eps"), true);
    if (c.has(1)) y = y * term(c, 1);
    return give(c.has(2) ? y + term(c, 2) : y);
  }
  Shape shape;
  for (int i = axis; i < c.rank(0); ++i) shape.push_back(c.shape(0)[i]);
  Conversion::Names inputs{c.in(0), c.has(1) ? c.in(1) : c.constant(Array::full(shape, 1, c.dtype(0)))};
  if (c.has(2)) inputs.push_back(c.in(2));
  c.out("LayerNormalization", inputs, {{"axis", axis}, {"epsilon", c.number("eps")}});
}
void rms_norm_rule(Conversion& c) {
  const Term y = normalized(term(c, 0), from_to(first_axis(c), c.rank(0)), c.number("eps"), false);
  give(c.has(1) ? y * term(c, 1) : y);
}

// [N, C, …] as [N, groups, …], where each row has statistics of its own. InstanceNormalization is there for f32.
void group_norm_rule(Conversion& c) {
  const std::int64_t groups = c.whole("groups");
  const double eps = c.number("eps");
  const bool instances = c.op() == "instance_norm", f32_alone = c.dtype(0) == f32;
  const auto each = [&](double n) { return c.constant(Array::full({groups}, n, c.dtype(0))); };
  if (instances && f32_alone)
    return c.out("InstanceNormalization", {c.in(0), c.has(1) ? c.in(1) : each(1), c.has(2) ? c.in(2) : each(0)}, {{"epsilon", eps}});
  const Term rows{&c, c.node("Reshape", {c.in(0), c.ints({0, groups, -1})}), c.dtype(0)};
  const Term y = f32_alone ? Term{&c, c.node("InstanceNormalization", {rows.name, each(1), each(0)}, {{"epsilon", eps}}), f32}
                           : normalized(rows, {2}, eps, true);
  give(scaled_channels(c, {&c, c.reshape(y.name, c.sizes(0)), c.dtype(0)}));
}

}  // namespace

void add_norm_rules(Rules& r) {
  r["batch_norm"] = batch_norm_rule, r["batch_norm_relu"] = batch_norm_relu_rule, r["layer_norm"] = layer_norm_rule;
  r["rms_norm"] = rms_norm_rule, r["group_norm"] = r["instance_norm"] = group_norm_rule;
}

}  // namespace gradus::nn::onnx
