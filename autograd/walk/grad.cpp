#include <gradus/autograd/walk/grad.h>

#include <optional>

#include <gradus/autograd/base/profile.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/internal/frontier.h>
#include <gradus/autograd/walk/internal/landing.h>
#include <gradus/autograd/walk/internal/paths.h>
#include <gradus/autograd/walk/internal/visit.h>

namespace gradus {

// One walk down the tape, newest node first. All of its state is its own (walk/), so that walks of several threads, and those inside an
// operation's backward, may pass the same nodes and end at the same leaves.
class Walk {
 public:
  Walk(const char* name, const Tensor& y, const GradOptions& options)
      : name_(name), keep_(options.retain_graph || options.create_graph), create_graph_(options.create_graph), root_(y.node()) {
    check<GraphError>(y.defined() && y.requires_grad(), name, ": the tensor ", describe(y),
                      " is not tracked: it was computed from no variable or parameter, or under NoGrad");
    check_seed(y, options.seed);
  }
  Walk(const Walk&) = delete;

  // Walks until the tape ends; then, when nothing can fail any more, the leaves take what arrived.
  void to_leaves(const Tensor& y, const Tensor& seed) {
    const Recording mode(create_graph_);
    const Wishing everything({});
    by_rows_ = !create_graph_;
    begin(y, seed);
    while (!frontier_.empty()) pass(frontier_.next());
    landing_.deliver(create_graph_);
  }

  // Walks down to the given tensors and returns the gradients that arrive there; passes only nodes that lead to one of them.
  std::vector<Tensor> to(std::span<const Tensor> xs, const Tensor& y, const Tensor& seed) {
    for (const Tensor& x : xs)
      check<GraphError>(x.requires_grad(), name_, ": the tensor ", describe(x),
                        " is not tracked: make it a leaf with variable(x), or compute it from one");
    const Recording mode(create_graph_);
    const Paths& paths = paths_.emplace(name_, root_, xs);
    std::vector<Tensor> found(xs.size());
    if (paths.leads(root_.get())) begin(y, seed);
    while (!frontier_.empty()) {
      const std::uint32_t at = frontier_.next();
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
      if (xs[i].node()->is_leaf()) found[i] = landing_.find(xs[i].node().get());
      if (!found[i].defined()) found[i] = Tensor(Array::full(xs[i].shape(), 0, xs[i].dtype()));
    }
    return found;
  }

 private:
  // Says in a scope what is wanted of the node whose backward runs.
  class Wishing {
   public:
    explicit Wishing(const detail::Wish& wish) : before_(std::exchange(detail::wish, wish)) {}
    Wishing(const Wishing&) = delete;
    ~Wishing() { detail::wish = before_; }

   private:
    detail::Wish before_;
  };

  void check_seed(const Tensor& y, const Tensor& seed) const {
    if (!seed.defined()) {
      check<ShapeError>(y.size() == 1, name_, ": needs a scalar to start from, or a seed of the result's shape; the result is ", y.shape(),
                        " (sum(y) or mean(y) makes a scalar)");
      return;
    }
    check<ShapeError>(seed.shape() == y.shape(), name_, ": the seed has shape ", seed.shape(), ", the result ", y.shape());
    check<DtypeError>(seed.dtype() == y.dtype(), name_, ": the seed is ", seed.dtype(), ", the result ", y.dtype());
  }

  void begin(const Tensor& y, const Tensor& seed) {
    put({root_, y.output()}, seed.defined() ? Tensor(seed) : Tensor(Array::full(y.shape(), 1, y.dtype())));
  }

  void put(Node::Edge&& edge, Tensor&& g) {
    if (edge.node->is_leaf()) return add_to(landing_.at(std::move(edge.node)), std::move(g), create_graph_);
    SmallVector<Tensor, 1>& gradients = frontier_.reach(std::move(edge.node)).gradients;
    if (gradients.size() <= static_cast<std::size_t>(edge.output)) gradients.resize(static_cast<std::size_t>(edge.output) + 1);
    add_to(gradients[static_cast<std::size_t>(edge.output)], std::move(g), create_graph_);
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
      Grads grads = run(*node, frontier_[at].gradients);
      leave(at);
      for (std::size_t i = 0; i < grads.size(); ++i) hand_on(Node::Edge(node->inputs_[i]), std::move(grads[i]));
    } else {
      Visit visit(name_, *node, Visit::UsesUp{.only_pointer = node->owners_.load(std::memory_order_acquire) == 1});
      Grads grads = run(*node, frontier_[at].gradients);
      leave(at);
      visit.use_up();
      for (std::size_t i = 0; i < grads.size(); ++i) hand_on(std::move(node->inputs_[i]), std::move(grads[i]));
      node->inputs_.clear();
    }
  }

  void hand_on(Node::Edge&& edge, Tensor&& g) {
    if (g.defined() && edge.node && (!paths_ || paths_->leads(edge.node.get()))) put(std::move(edge), std::move(g));
  }

  Grads run(Node& node, SmallVector<Tensor, 1>& gs) {
    profile::Span span(node.name(), "backward");
    std::optional<detail::Traffic> traffic;
    if (span.wanted()) [[unlikely]] {
      traffic.emplace();
      for (const Tensor& g : gs) traffic->add(g);   // now: backward may write over them
      traffic->shapes += " ->";
    }
    kernels::RowPart part;
    const bool by_rows = by_rows_ && node.run_backward_by_rows(gs[0], part);
    Grads grads = by_rows ? Grads{} : node.run_backward(gs);
    if (by_rows) landing_.arrive(node.inputs_[0].node, std::move(part));
    if (traffic) [[unlikely]] {
      for (const Tensor& g : grads) traffic->add(g);
      span.describe(std::move(traffic->shapes), traffic->bytes);
    }
    if (node.checks_gradients_) node.check_gradients(grads);
    return grads;
  }

  const char* name_;
  bool keep_, create_graph_, by_rows_ = false;
  NodePtr root_;
  Frontier frontier_;
  Landing landing_;
  std::optional<Paths> paths_;
};

void Tensor::backward(const Tensor& seed, Backward options) const {
  Walk("backward", *this, {options.create_graph, options.retain_graph, seed}).to_leaves(*this, seed);
}

std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  return Walk("grad", y, options).to(xs, y, options.seed);
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) { return grad(y, std::span(&x, 1), options)[0]; }

}  // namespace gradus
