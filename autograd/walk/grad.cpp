#include <gradus/autograd/walk/grad.h>

#include <optional>

#include <gradus/autograd/tape/leaf.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/walk/internal/fenced.h>
#include <gradus/autograd/walk/internal/frontier.h>
#include <gradus/autograd/walk/internal/landing.h>
#include <gradus/autograd/walk/internal/listening.h>
#include <gradus/autograd/walk/internal/paths.h>
#include <gradus/autograd/walk/internal/retaining.h>
#include <gradus/autograd/walk/internal/step.h>
#include <gradus/autograd/walk/internal/visit.h>
#include <gradus/autograd/walk/internal/wishing.h>

namespace gradus {
namespace {

using Seeds = std::span<const Tensor>;   // one for each root; an undefined one is 1, of a scalar

// One walk down the tape, newest node first. All of its state is its own (walk/internal/), so that walks of several threads, and those
// inside an operation's backward, may pass the same nodes and end at the same leaves. Each subject is a class: in which order (Frontier),
// which nodes (Paths), how an operation runs (run_backward), what becomes of its node (Visit), what becomes of leaves (Landing) and who
// hears of it (Listening).
class Walk {
 public:
  Walk(const char* name, std::span<const Tensor> roots, Seeds seeds, bool retain_graph, bool create_graph)
      : name_(name), roots_(roots), seeds_(seeds), keep_(retain_graph || create_graph), create_graph_(create_graph) {
    for (std::size_t k = 0; k < roots.size(); ++k) {
      check<GraphError>(roots[k].defined() && roots[k].requires_grad(), name, ": the tensor ", describe(roots[k]),
                        " is not tracked: it was computed from no variable or parameter, or under NoGrad");
      check_seed(roots[k], seeds[k]);
    }
  }
  Walk(const Walk&) = delete;

  // Walks until the tape ends; then, when nothing can fail any more, the leaves take what arrived, but for those that somebody listens to.
  void to_leaves(const LeafListener& listener) {
    const Recording mode(create_graph_);
    const Wishing everything({});
    if (Listening::needed(listener)) [[unlikely]] listening_.emplace(name_, roots_, listener);
    begin();
    if (listening_) [[unlikely]] {
      listening_->after_step(frontier_, landing_, create_graph_);
      while (!frontier_.empty()) {
        pass(next());
        listening_->after_step(frontier_, landing_, create_graph_);
      }
    } else {
      while (!frontier_.empty()) pass(next());
    }
    if (retaining_.empty()) [[likely]] landing_.deliver(create_graph_);
    else retaining_.deliver(create_graph_, landing_);
  }

  // Walks down to the given tensors and returns the gradients that arrive there; passes only nodes that lead to one of them. With `fenced`
  // it goes no further than to them: see fenced.h.
  std::vector<Tensor> to(std::span<const Tensor> xs, bool fenced = false) {
    for (const Tensor& x : xs)
      check<GraphError>(x.requires_grad(), name_, ": the tensor ", describe(x),
                        " is not tracked: make it a leaf with variable(x), or compute it from one");
    const Recording mode(create_graph_);
    const Paths& paths = paths_.emplace(name_, roots_, xs, fenced);
    fenced_ = fenced;
    std::vector<Tensor> found(xs.size());
    begin();
    while (!frontier_.empty()) {
      const std::uint32_t at = next();
      const Paths::Stop& stop = *paths.find(frontier_[at].node.get());
      if (stop.is_end)
        for (std::size_t i = 0; i < xs.size(); ++i)
          if (xs[i].node() == stop.node && static_cast<std::size_t>(xs[i].output()) < frontier_[at].gradients.size())
            found[i] = frontier_[at].gradients[xs[i].output()];
      const Wishing inputs({stop.node.get(), stop.wants});
      if (stop.wants != 0) pass(at);
      else leave(at);
    }
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (const Node& node = *xs[i].node(); node.is_leaf()) {
        found[i] = landing_.find(&node);
        if (node.hooks && !fenced && found[i].defined()) [[unlikely]] found[i] = node.hooks->change(0, std::move(found[i]));
      }
      if (!found[i].defined() && !fenced) found[i] = Tensor(Array::full(xs[i].shape(), 0, xs[i].dtype()));
    }
    return found;
  }

 private:
  void check_seed(const Tensor& y, const Tensor& seed) const {
    if (!seed.defined()) {
      check<ShapeError>(y.size() == 1, name_, ": needs a scalar to start from, or a seed of the result's shape; the result is ", y.shape(),
                        " (sum(y) or mean(y) makes a scalar)");
      return;
    }
    check<ShapeError>(seed.shape() == y.shape(), name_, ": the seed has shape ", seed.shape(), ", the result ", y.shape());
    check<DtypeError>(seed.dtype() == y.dtype(), name_, ": the seed is ", seed.dtype(), ", the result ", y.dtype());
  }

  void begin() {
    for (std::size_t k = 0; k < roots_.size(); ++k) {
      const Tensor &y = roots_[k], &seed = seeds_[k];
      if (paths_ && !paths_->leads(y.node().get())) continue;
      put({y.node(), y.output()}, seed.defined() ? seed : Tensor(Array::full(y.shape(), 1, y.dtype())));
    }
  }

  void put(Node::Edge&& edge, Gradient&& g) {
    if (edge.node->is_leaf()) {
      if (create_graph_ && g.is_rows()) [[unlikely]] g = std::move(g).dense();
      return add_to(landing_.at(std::move(edge.node)), std::move(g), create_graph_);
    }
    SmallVector<Tensor, 1>& gradients = frontier_.reach(std::move(edge.node)).gradients;
    if (gradients.size() <= static_cast<std::size_t>(edge.output)) gradients.resize(static_cast<std::size_t>(edge.output) + 1);
    add_to(gradients[static_cast<std::size_t>(edge.output)], std::move(g).dense(), create_graph_);
  }

  // The position of the newest node, whose gradients have passed its hooks.
  std::uint32_t next() {
    const std::uint32_t at = frontier_.next();
    if (frontier_[at].node->hooks) [[unlikely]] call_hooks(at);
    return at;
  }

  [[gnu::noinline]] void call_hooks(std::uint32_t at) {
    const NodePtr node = frontier_[at].node;
    if (fenced_ && paths_->find(node.get())->is_end) return;
    for (std::size_t i = 0; i < frontier_[at].gradients.size(); ++i)
      if (Tensor& g = frontier_[at].gradients[i]; g.defined()) g = node->hooks->change(static_cast<int>(i), std::move(g));
    if (node->hooks->retained && !paths_) retaining_.note(node, frontier_[at].gradients);
  }

  void leave(std::uint32_t at) {
    frontier_[at].gradients.clear();
    frontier_.vacate(at);
  }

  // Runs the node's backward and hands its results on to the inputs.
  void pass(std::uint32_t at) {
    const NodePtr node = std::move(frontier_[at].node);
    if (keep_) {
      const Visit visit(name_, *node);
      Grads grads = run_backward(*node, frontier_[at].gradients, watched_);
      leave(at);
      for (std::size_t i = 0; i < grads.size(); ++i) hand_on(Node::Edge(node->inputs()[i]), std::move(grads[i]));
    } else {
      Visit visit(name_, *node, Visit::UsesUp{.only_pointer = node->owners() == 1});
      Grads grads = run_backward(*node, frontier_[at].gradients, watched_);
      leave(at);
      SmallVector<Node::Edge, 2>& inputs = visit.use_up();
      for (std::size_t i = 0; i < grads.size(); ++i) hand_on(std::move(inputs[i]), std::move(grads[i]));
      inputs.clear();
    }
  }

  void hand_on(Node::Edge&& edge, Gradient&& g) {
    if (g.defined() && edge.node && (!paths_ || paths_->leads(edge.node.get()))) put(std::move(edge), std::move(g));
  }

  const char* name_;
  std::span<const Tensor> roots_;
  Seeds seeds_;
  bool keep_, create_graph_, fenced_ = false;
  const bool watched_ = detail::steps_are_watched();
  Frontier frontier_;
  Landing landing_;
  Retaining retaining_;
  std::optional<Paths> paths_;
  std::optional<Listening> listening_;
};

// Seeds where none are given: 1, of scalars.
SmallVector<Tensor, 4> undefined_for(std::span<const Tensor> ys, std::span<const Tensor> seeds) {
  SmallVector<Tensor, 4> all;
  if (seeds.empty()) all.resize(ys.size());
  return all;
}

}  // namespace

std::vector<Tensor> fenced_grad(const char* walk, std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> seeds,
                                bool create_graph) {
  return Walk(walk, ys, seeds, false, create_graph).to(xs, true);
}

void Tensor::backward(const Tensor& seed, Backward options) const {
  Walk("backward", {this, 1}, {&seed, 1}, options.retain_graph, options.create_graph).to_leaves(options.on_final);
}

std::vector<Tensor> grad(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> seeds,
                         const GradOptions& options) {
  const SmallVector<Tensor, 4> ones = undefined_for(ys, seeds);
  if (seeds.empty()) seeds = {ones.data(), ones.size()};
  check<ValueError>(ys.size() == seeds.size(), "grad: one seed for each result: ", seeds.size(), " for ", ys.size());
  return Walk("grad", ys, seeds, options.retain_graph, options.create_graph).to(xs);
}

void backward(std::span<const Tensor> ys, std::span<const Tensor> seeds, const Tensor::Backward& options) {
  const SmallVector<Tensor, 4> ones = undefined_for(ys, seeds);
  if (seeds.empty()) seeds = {ones.data(), ones.size()};
  check<ValueError>(ys.size() == seeds.size(), "backward: one seed for each result: ", seeds.size(), " for ", ys.size());
  Walk("backward", ys, seeds, options.retain_graph, options.create_graph).to_leaves(options.on_final);
}

std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  return Walk("grad", {&y, 1}, {&options.seed, 1}, options.retain_graph, options.create_graph).to(xs);
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) { return grad(y, std::span(&x, 1), options)[0]; }

}  // namespace gradus
