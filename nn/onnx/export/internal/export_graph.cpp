#include <gradus/nn/onnx/export/internal/export_graph.h>

#include <algorithm>

namespace gradus::nn::onnx {
namespace {

std::string place_of(const TracedStep& step) { return step.path.empty() ? step.name : gradus::text(step.name, " in \"", step.path, "\""); }

// What is exact whatever the sizes of its inputs are.
bool takes_any_size(const Conversion& c) {
  static const Rules& each_element = *new Rules([] {
    Rules rules;
    add_elementwise_rules(rules), add_logic_rules(rules);
    return rules;
  }());
  static const std::set<std::string, std::less<>> others{"sum", "mean", "prod", "amax", "amin", "logsumexp", "softmax", "log_softmax",
                                                         "unsqueeze", "embedding"};
  return each_element.contains(c.op()) || others.contains(c.op()) || (c.says("how") && c.text("how") == "pick");
}

void follow_loose_sizes(ExportedGraph& to, const Conversion& c, const TracedStep& step) {
  const bool from_loose = std::any_of(step.inputs.begin(), step.inputs.end(), [&](int x) { return to.loose.contains(x); });
  if (from_loose && !takes_any_size(c))
    c.refuse("takes what a mask has selected, whose size hangs from the numbers; elementwise functions, sums, means and extremes may");
  if (!from_loose && c.op() != "true_places" && c.op() != "nonzero") return;
  for (const int y : step.outputs)
    if (to.one.values[static_cast<std::size_t>(y)].array.rank() > 0) to.loose.insert(y);
}

void convert(ExportedGraph& to, std::size_t i) {
  Conversion c(to, i);
  follow_loose_sizes(to, c, to.one.steps[i]);
  if (convert_picking(c) || convert_whole(c)) return;
  const auto rule = conversion_rules().find(c.op());
  if (rule != conversion_rules().end()) return rule->second(c);
  const auto why = refused_operations().find(c.op());
  c.refuse(why != refused_operations().end() ? why->second : "has no form in ONNX; write it with other operations");
}

}  // namespace

void check_same_steps(const Trace& one, const Trace& other) {
  const std::size_t n = std::min(one.steps.size(), other.steps.size());
  for (std::size_t i = 0; i < n; ++i) {
    const TracedStep &a = one.steps[i], &b = other.steps[i];
    const bool same = a.name == b.name && a.inputs == b.inputs && a.outputs == b.outputs;
    check<ValueError>(same, "export_onnx: the model calls ", place_of(a), " for the sample, and ", place_of(b),
                      " for one with other numbers or another batch; what it does must not hang from them: export one way of it, or leave "
                      "the batch as it is with dynamic_batch = false");
  }
  check<ValueError>(one.steps.size() == other.steps.size() && one.outputs == other.outputs && one.values.size() == other.values.size(),
                    "export_onnx: the model does ", one.steps.size(), " operations for the sample and ", other.steps.size(),
                    " for one with other numbers or another batch");
}

std::vector<bool> steps_needed(const Trace& trace) {
  std::vector<bool> values(trace.values.size()), steps(trace.steps.size());
  for (const int output : trace.outputs) values[static_cast<std::size_t>(output)] = true;
  for (std::size_t i = trace.steps.size(); i-- > 0;) {
    const TracedStep& step = trace.steps[i];
    for (const int y : step.outputs) steps[i] = steps[i] || values[static_cast<std::size_t>(y)];
    if (!steps[i]) continue;
    for (const auto* list : {&step.inputs, &step.of_options})
      for (const int x : *list)
        if (x >= 0) values[static_cast<std::size_t>(x)] = true;
    if (step.same_as >= 0 && step.changes_gradients_alone()) values[static_cast<std::size_t>(step.same_as)] = true;
  }
  return steps;
}

void convert_steps(ExportedGraph& to) {
  const std::vector<bool> needed = steps_needed(to.one);
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (needed[i]) convert(to, i);
}

const Rules& conversion_rules() {
  static const Rules& all = *new Rules([] {
    Rules rules;
    for (const auto add : {add_elementwise_rules, add_logic_rules, add_shape_rules, add_pick_rules, add_reduce_rules, add_product_rules,
                           add_image_rules, add_norm_rules, add_recurrent_rules, add_loss_rules})
      add(rules);
    return rules;
  }());
  return all;
}

const std::map<std::string, std::string, std::less<>>& refused_operations() {
  static const auto& all = *new std::map<std::string, std::string, std::less<>>([] {
    std::map<std::string, std::string, std::less<>> why;
    const auto because = [&](const char* reason, std::initializer_list<const char*> names) {
      for (const char* name : names) why[name] = reason;
    };
    because("is a formula of yours, and ONNX has no code; write it with the operations of gradus",
            {"fuse"});
    because("is a loss, for training; export what comes before it",
            {"ctc_loss"});
    because("draws random numbers; export in evaluation",
            {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "fractional_max_pool2d",
             "fractional_max_pool3d"});
    because("is a decomposition of matrices, which ONNX has not; compute it before, and use the result as a weight",
            {"inv", "solve", "solve_triangular", "pinv", "lstsq", "cholesky", "qr", "completion", "svd", "eigh", "slogdet", "matrix_exp"});
    because("has no operator in ONNX; write it with other functions",
            {"erfinv", "lgamma", "digamma", "polygamma", "cumprod", "logcumsumexp", "cummax", "cummin", "sparsemax", "linear_scan"});
    because("is a Fourier transform of pairs, real and imaginary, which ONNX's DFT is not", {"fft", "ifft", "rfft", "irfft"});
    return why;
  }());
  return all;
}

}  // namespace gradus::nn::onnx
