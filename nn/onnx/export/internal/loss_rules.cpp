// Losses: by their operator where ONNX has one, the others as formulas.
#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

Term reduced_loss(Conversion& c, const Term& each) {
  const std::string how = c.text("reduction");
  if (how == "none") return each;
  std::vector<std::int64_t> axes;
  for (int i = 0; i < c.rank(0); ++i) axes.push_back(i);
  return {&c, c.reduce(how == "mean" ? "ReduceMean" : "ReduceSum", each.name, axes, false), each.dtype};
}

// Numbers against their targets.
template <class F>
void pair_rule(Conversion& c, F f) {
  const Term y = reduced_loss(c, f(term(c, 0), term(c, 1)));
  const double factor = c.number("factor");
  give(factor == 1 ? y : y * factor);
}
void squared_loss(Conversion& c) {
  pair_rule(c, [](const Term& x, const Term& t) { return (x - t) * (x - t); });
}
void absolute_loss(Conversion& c) {
  pair_rule(c, [](const Term& x, const Term& t) { return apply("Abs", x - t); });
}
void huber_rule(Conversion& c) {
  const double delta = c.number("delta");
  if (c.op() == "smooth_l1_loss" && delta == 0) return absolute_loss(c);
  pair_rule(c, [&](const Term& x, const Term& t) {
    const Term d = apply("Abs", x - t);
    return choose(d < delta, d * d * 0.5, (d - 0.5 * delta) * delta);
  });
}
void logistic_loss(Conversion& c) {
  pair_rule(c, [](const Term& x, const Term& t) {
    const Term softplus = apply("Log", 1 + apply("Exp", apply("Neg", apply("Abs", x))));
    return x.made("Max", x.number(0)) - x * t + softplus;
  });
}
void likelihood_loss(Conversion& c) {
  pair_rule(c, [](const Term& x, const Term& t) {
    const auto log_of = [](const Term& p) { return apply("Log", p).made("Max", p.number(-100)); };
    return apply("Neg", t * log_of(x) + (1 - t) * log_of(1 - x));
  });
}

// Scores [N, C] against labels [N]. With smoothing every class has a share, which ONNX's operator has not.
void cross_entropy_rule(Conversion& c) {
  const double smoothing = c.number("smoothing");
  const std::int64_t ignored = c.whole("ignore_index");
  const std::string how = c.text("reduction"), labels = c.dtype(1) == i64 ? c.in(1) : c.cast(c.in(1), i64);
  const auto loss = [&](const std::string& reduction) {
    return c.nodes("SoftmaxCrossEntropyLoss", {c.in(0), labels}, 1, {{"reduction", reduction}, {"ignore_index", ignored}})[0];
  };
  if (smoothing == 0) return c.out(loss(how));
  const Dtype d = c.dtype(0);
  const Term even{&c, c.reduce("ReduceSum", c.node("LogSoftmax", {c.in(0)}, {{"axis", 1}}), {1}, false), d};
  const Term all = Term{&c, loss("none"), d} * (1 - smoothing) - even * (smoothing / static_cast<double>(c.shape(0)[1]));
  const Term blank = Term{&c, labels, i64} == static_cast<double>(ignored);
  const Term each = choose(blank, 0, all);
  if (how == "none") return give(each);
  const Term total{&c, c.reduce("ReduceSum", each.name, {0}, false), d};
  if (how == "sum") return give(total);
  const Term counted{&c, c.cast(c.node("Not", {blank.name}), d), d};
  give(total / Term{&c, c.reduce("ReduceSum", counted.name, {0}, false), d});
}

}  // namespace

void add_loss_rules(Rules& r) {
  r["mse_loss"] = squared_loss, r["l1_loss"] = absolute_loss, r["huber_loss"] = r["smooth_l1_loss"] = huber_rule;
  r["bce_with_logits"] = logistic_loss, r["binary_cross_entropy"] = likelihood_loss, r["cross_entropy"] = cross_entropy_rule;
}

}  // namespace gradus::nn::onnx
