#include <gradus/autograd/walk/tangent.h>

#include <algorithm>
#include <array>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/tape/recorder.h>
#include <gradus/autograd/walk/internal/landing.h>
#include <gradus/autograd/walk/internal/paths.h>
#include <gradus/autograd/walk/internal/transposed.h>
#include <gradus/autograd/walk/internal/visit.h>
#include <gradus/autograd/walk/internal/wishing.h>

namespace gradus {
namespace {

// One walk up the tape, oldest node first.
class Climb {
 public:
  Climb(std::span<const Tensor> ys, std::span<const Tensor> xs, const TangentOptions& options)
      : paths_("tangent", ys, xs), options_(options), stops_(paths_.stops().size()) {
    for (const Tensor& y : ys) {
      if (!leads(y.node().get())) continue;
      Stop& stop = at(y);
      place(stop.forms, y.output()) = {y.shape(), y.dtype(), true};
      ++stop.uses;
    }
    for (const std::uint32_t k : paths_.order()) look_into(k);
  }

  void start(const Tensor& x, const Tensor& v) {
    if (v.defined() && leads(x.node().get())) add(at(x), x.output(), v);
  }

  void run() {
    for (std::size_t k = paths_.order().size(); k-- > 0;)
      if (const std::uint32_t at = paths_.order()[k]; paths_.stops()[at].wants != 0) pass(at);
  }

  Tensor tangent(const Tensor& y) {
    if (!leads(y.node().get())) return {};
    const auto& tangents = at(y).tangents;
    return static_cast<std::size_t>(y.output()) < tangents.size() ? tangents[static_cast<std::size_t>(y.output())] : Tensor{};
  }

 private:
  struct Stop {
    SmallVector<Form, 1> forms;         // of the results, where something was computed from them
    SmallVector<Tensor, 1> tangents;    // undefined: zero
    std::uint32_t uses = 0;             // that are still to come
  };

  template <class T>
  static T& place(SmallVector<T, 1>& list, int output) {
    if (list.size() <= static_cast<std::size_t>(output)) list.resize(static_cast<std::size_t>(output) + 1);
    return list[static_cast<std::size_t>(output)];
  }

  bool leads(const Node* node) const { return paths_.leads(node); }
  Stop& at(const Tensor& x) { return stops_[paths_.position(x.node().get())]; }
  static void add(Stop& stop, int output, Tensor v) { add_to(place(stop.tangents, output), std::move(v), recording()); }

  bool wants(std::uint32_t k, std::size_t input) const { return paths_.stops()[k].wants >> std::min<std::size_t>(input, 31) & 1; }

  // What the operation knows of its inputs.
  void look_into(std::uint32_t k) {
    if (paths_.stops()[k].wants == 0) return;
    const Node& node = *paths_.stops()[k].node;
    const Visit visit("tangent", const_cast<Node&>(node));
    const Form result = stops_[k].forms.size() == 1 ? stops_[k].forms[0] : Form{};
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
      const Node::Edge& edge = node.inputs()[i];
      if (!wants(k, i) || !edge.node || !leads(edge.node.get())) continue;
      Stop& input = stops_[paths_.position(edge.node.get())];
      ++input.uses;
      if (Form& form = place(input.forms, edge.output); !form.known) form = node.input_form(static_cast<int>(i), result);
    }
  }

  void pass(std::uint32_t k) {
    Node& node = *paths_.stops()[k].node;
    const Visit visit("tangent", node);
    SmallVector<Tensor, 4> inputs;
    std::uint32_t moving = 0;
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
      inputs.emplace_back();
      const Node::Edge& edge = node.inputs()[i];
      if (!wants(k, i) || !edge.node || !leads(edge.node.get())) continue;
      Stop& input = stops_[paths_.position(edge.node.get())];
      if (static_cast<std::size_t>(edge.output) < input.tangents.size()) inputs[i] = input.tangents[static_cast<std::size_t>(edge.output)];
      if (inputs[i].defined()) moving |= 1u << std::min<std::size_t>(i, 31);
      if (--input.uses == 0) input.tangents.clear();
    }
    if (moving == 0) return;
    const std::span<const Tensor> vs(inputs.data(), inputs.size());
    const Wishing these({&node, moving, transposed, &stops_[k]});
    Tangents results = run(node, vs, stops_[k]);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i].defined()) continue;
      check_result(node, i, results[i], stops_[k]);
      add(stops_[k], static_cast<int>(i), std::move(results[i]));
    }
  }

  Tangents run(Node& node, std::span<const Tensor> vs, const Stop& stop) const {
    profile::Span span(node.name(), "tangent");
    Tangents results = options_.transposed ? transposed(node, vs, &stop) : node.run_tangent(vs);
    if (span.wanted()) [[unlikely]] {
      detail::Traffic traffic;
      for (const Tensor& v : vs) traffic.add(v);
      traffic.shapes += " ->";
      for (const Tensor& v : results) traffic.add(v);
      span.describe(std::move(traffic.shapes), traffic.bytes);
    }
    return results;
  }

  static Tangents transposed(Node& node, std::span<const Tensor> vs, const void* stop) {
    const auto& forms = static_cast<const Stop*>(stop)->forms;
    return transposed_backward(node, vs, {forms.data(), forms.size()});
  }

  static void check_result(const Node& node, std::size_t i, const Tensor& v, const Stop& stop) {
    if (i >= stop.forms.size() || !stop.forms[i].known) return;
    const Form& form = stop.forms[i];
    check<ShapeError>(v.shape() == form.shape, node.name(), ": tangent returned the shape ", v.shape(), " for a result of shape ",
                      form.shape);
    check<DtypeError>(v.dtype() == form.dtype, node.name(), ": tangent returned ", v.dtype(), " for a result that is ", form.dtype);
  }

  Paths paths_;
  TangentOptions options_;
  std::vector<Stop> stops_;
};

void check_arguments(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> vs) {
  check<ValueError>(xs.size() == vs.size(), "tangent: one v for each x: ", vs.size(), " for ", xs.size());
  for (const Tensor& y : ys)
    check<GraphError>(y.defined() && y.requires_grad(), "tangent: the tensor ", describe(y),
                      " is not tracked: it was computed from no variable or parameter, or under NoGrad");
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Tensor &x = xs[i], &v = vs[i];
    check<GraphError>(x.defined() && x.requires_grad(), "tangent: the tensor ", describe(x),
                      " is not tracked: make it a leaf with variable(x), or compute it from one");
    if (!v.defined()) continue;
    check<ShapeError>(v.shape() == x.shape(), "tangent: v has shape ", v.shape(), ", x ", x.shape());
    check<DtypeError>(v.dtype() == x.dtype(), "tangent: v is ", v.dtype(), ", x ", x.dtype());
  }
}

}  // namespace

std::vector<Tensor> tangent(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> vs,
                            const TangentOptions& options) {
  check_arguments(ys, xs, vs);
  const Recording mode(options.create_graph);
  Climb climb(ys, xs, options);
  for (std::size_t i = 0; i < xs.size(); ++i) climb.start(xs[i], vs[i]);
  climb.run();
  std::vector<Tensor> found;
  for (const Tensor& y : ys) {
    found.push_back(climb.tangent(y));
    if (!found.back().defined()) found.back() = Tensor(Array::full(y.shape(), 0, y.dtype()));
  }
  return found;
}

Tensor tangent(const Tensor& y, const Tensor& x, const Tensor& v, const TangentOptions& options) {
  return tangent({&y, 1}, {&x, 1}, {&v, 1}, options)[0];
}

}  // namespace gradus
