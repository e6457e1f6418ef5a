#include <gradus/autograd/grad.h>

#include <algorithm>
#include <optional>

#include <gradus/autograd/base/profile.h>
#include <gradus/autograd/kernels/accumulate.h>
#include <gradus/autograd/kernels/rows.h>
#include <gradus/autograd/op.h>
#include <gradus/autograd/ops/arithmetic.h>

namespace gradus {

// One walk down the tape. Gradients wait in the nodes they are meant for; the heap hands out the newest node next, and since a node is
// older than everything computed from it, all of its gradients have arrived by then.
class Sweep {
 public:
  Sweep(const Tensor& y, const Tensor& seed, bool keep, bool create_graph) : keep_(keep || create_graph), create_graph_(create_graph) {
    check<GraphError>(y.defined() && y.requires_grad(), "backward: the tensor ", describe(y),
                      " is not tracked: it was computed from no variable or parameter, or under NoGrad");
    check_seed(y, seed);
    root_ = y.node();
    put(root_, y.output(), seed.defined() ? seed : Tensor(Array::full(y.shape(), 1, y.dtype())));
  }
  Sweep(const Sweep&) = delete;
  ~Sweep() {
    for (const NodePtr& node : heap_) node->pending_.clear(), node->reached_ = false;
    for (const NodePtr& leaf : leaves_) leaf->pending_.clear();
    for (const NodePtr& node : marked_) node->wanted_ = false;
  }

  // Walks until the tape ends; then, when nothing can fail any more, the leaves take what arrived.
  void to_leaves() {
    const Recording mode(create_graph_);
    takes_rows_ = !create_graph_;
    while (NodePtr node = next()) {
      if (node->is_leaf()) {
        leaves_.push_back(node);
        const Leaf& leaf = static_cast<const Leaf&>(*node);
        check<ShapeError>(leaf.pending_.empty() || leaf.pending_[0].shape() == leaf.value.shape(), "backward: a gradient of shape ",
                          [&] { return leaf.pending_[0].shape(); }, " arrived at the leaf ", leaf.label, leaf.label.empty() ? "" : " ",
                          leaf.value.shape(), "; the backward of an operation must return gradients of its inputs' shapes");
        continue;
      }
      node->wants_ = 0;
      for (std::size_t i = 0; i < node->inputs_.size(); ++i)
        if (node->inputs_[i].node) node->wants_ |= bit(i);
      step(*node);
    }
    for (const NodePtr& leaf : leaves_) deliver(static_cast<Leaf&>(*leaf));
  }

  // Walks down to the given tensors and returns the gradients that arrive there; passes only nodes that lead to one of them.
  std::vector<Tensor> to(std::span<const Tensor> xs) {
    for (const Tensor& x : xs)
      check<GraphError>(x.requires_grad(), "grad: the tensor ", describe(x), " is not tracked: make it a variable(), or compute it from one");
    const Recording mode(create_graph_);
    mark_paths(xs);
    std::vector<Tensor> found(xs.size());
    while (NodePtr node = next()) {
      for (std::size_t i = 0; i < xs.size(); ++i)
        if (xs[i].node() == node) found[i] = gradient(*node, xs[i].output());
      node->wants_ = 0;
      for (std::size_t i = 0; i < node->inputs_.size(); ++i)
        if (Node* input = node->inputs_[i].node.get(); input && input->wanted_) node->wants_ |= bit(i);
      if (node->wants_ != 0) step(*node);
      else node->pending_.clear();
    }
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (!found[i].defined()) found[i] = Tensor(Array::full(xs[i].shape(), 0, xs[i].dtype()));
    return found;
  }

 private:
  using Heap = SmallVector<NodePtr, 16>;
  static void push(Heap& heap, NodePtr node) {
    heap.push_back(std::move(node));
    std::push_heap(heap.begin(), heap.end(), older);
  }
  static NodePtr pop(Heap& heap) {
    if (heap.empty()) return {};
    std::pop_heap(heap.begin(), heap.end(), older);
    NodePtr node = std::move(heap.back());
    heap.pop_back();
    return node;
  }
  static bool older(const NodePtr& a, const NodePtr& b) { return a->number_ < b->number_; }
  static std::uint32_t bit(std::size_t i) { return 1u << std::min<std::size_t>(i, 31); }

  static void check_seed(const Tensor& y, const Tensor& seed) {
    if (!seed.defined()) {
      check<ShapeError>(y.size() == 1, "backward: needs a scalar to start from, or a seed of the result's shape; the result is ", y.shape(),
                        " (sum() or mean() makes a scalar)");
      return;
    }
    check<ShapeError>(seed.shape() == y.shape(), "backward: the seed has shape ", seed.shape(), ", the result ", y.shape());
    check<DtypeError>(seed.dtype() == y.dtype(), "backward: the seed is ", seed.dtype(), ", the result ", y.dtype());
  }

  static Tensor gradient(const Node& node, int output) {
    return static_cast<std::size_t>(output) < node.pending_.size() ? node.pending_[output] : Tensor{};
  }

  void add_to(Tensor& sum, Tensor g) {
    if (!sum.defined()) sum = std::move(g);
    else if (create_graph_) sum = sum + g;
    else sum = Tensor(kernels::accumulate(std::move(sum).value(), g.value()));
  }

  void put(NodePtr node, int output, Tensor g) {
    check<GraphError>(!node->released_, "backward: the graph was already released by an earlier backward (at ", node->name(),
                      "); pass {.retain_graph = true} to the earlier one to walk it twice");
    SmallVector<Tensor, 1>& pending = node->pending_;
    if (!node->reached_) {
      node->reached_ = true;
      push(heap_, std::move(node));
    }
    if (pending.size() <= static_cast<std::size_t>(output)) pending.resize(output + 1);
    add_to(pending[output], std::move(g));
  }

  void put_rows(NodePtr leaf, kernels::RowPart part) {
    if (!std::exchange(leaf->reached_, true)) push(heap_, leaf);
    rows_.push_back({std::move(leaf), std::move(part)});
  }

  // Adds what has arrived, a tensor or rows, to the leaf's gradient, which is one of rows as long as nothing else has come.
  void deliver(Leaf& leaf) {
    if (!leaf.pending_.empty()) {
      Tensor g = std::move(leaf.pending_[0]);
      leaf.pending_.clear();
      if (!create_graph_) g = Tensor(g.value().as_contiguous());
      add_to(leaf.grad, std::move(g));
    }
    if (rows_.empty() && !leaf.row_grad.defined()) return;
    SmallVector<kernels::RowPart, 4> parts;
    if (leaf.row_grad.defined()) parts.push_back({leaf.row_grad.rows, leaf.row_grad.values});
    for (ArrivedRows& arrived : rows_)
      if (arrived.leaf.get() == &leaf) parts.push_back(std::move(arrived.part));
    if (parts.empty()) return;
    leaf.row_grad = RowGradient::sum({parts.data(), parts.size()});
    if (!leaf.grad.defined()) return;
    add_to(leaf.grad, leaf.gradient());
    leaf.row_grad = {};
  }

  NodePtr next() {
    NodePtr node = pop(heap_);
    if (node) node->reached_ = false;
    return node;
  }

  // Runs the node's backward and hands its results on to the inputs.
  void step(Node& node) {
    SmallVector<Tensor, 1> gs = std::move(node.pending_);
    profile::Span span(node.name(), "backward");
    std::optional<detail::Traffic> traffic;
    if (span.wanted()) [[unlikely]] {
      traffic.emplace();
      for (const Tensor& g : gs) traffic->add(g);   // now: backward may write over them
      traffic->shapes += " ->";
    }
    kernels::RowPart part;
    const bool by_rows = takes_rows_ && node.run_backward_by_rows(gs[0], part);
    Grads grads = by_rows ? Grads{} : node.run_backward(gs);
    if (by_rows) put_rows(node.inputs_[0].node, std::move(part));
    if (traffic) [[unlikely]] {
      for (const Tensor& g : grads) traffic->add(g);
      span.describe(std::move(traffic->shapes), traffic->bytes);
    }
    check<GraphError>(grads.size() <= node.inputs_.size(), node.name(), ": backward returned ", grads.size(), " gradients for ",
                      node.inputs_.size(), " inputs");
    for (std::size_t i = 0; i < grads.size(); ++i) {
      Node::Edge& edge = node.inputs_[i];
      if (grads[i].defined() && edge.node && (marked_.empty() || edge.node->wanted_))
        put(keep_ ? edge.node : std::move(edge.node), edge.output, std::move(grads[i]));
    }
    if (keep_) return;
    node.released_ = true;
    node.forget();
    node.inputs_.clear();
  }

  void mark_paths(std::span<const Tensor> xs) {
    std::uint64_t oldest = ~std::uint64_t{0};
    for (const Tensor& x : xs) oldest = std::min(oldest, x.node()->number_);
    for (const Tensor& x : xs) marked_.push_back(x.node());
    Heap heap;
    const auto see = [&](const NodePtr& node) {
      if (node->wanted_ || node->number_ < oldest) return;
      node->wanted_ = true;                                  // for now: seen
      push(heap, node);
    };
    see(root_);
    const std::size_t first = marked_.size();
    while (NodePtr node = pop(heap)) {
      for (const Node::Edge& edge : node->inputs_)
        if (edge.node) see(edge.node);
      marked_.push_back(std::move(node));
    }
    for (const NodePtr& node : marked_) node->wanted_ = false;
    for (const Tensor& x : xs) x.node()->wanted_ = true;
    for (std::size_t i = marked_.size(); i-- > first;)       // oldest first: a node leads to an x if one of its inputs does
      for (const Node::Edge& edge : marked_[i]->inputs_) marked_[i]->wanted_ |= edge.node && edge.node->wanted_;
  }

  struct ArrivedRows {
    NodePtr leaf;
    kernels::RowPart part;
  };

  bool keep_, create_graph_, takes_rows_ = false;
  NodePtr root_;
  Heap heap_;
  SmallVector<NodePtr, 16> leaves_;          // that the sweep has passed
  SmallVector<ArrivedRows, 1> rows_;         // gradients of rows on their way to leaves
  SmallVector<NodePtr, 16> marked_;
};

void Tensor::backward(const Tensor& seed, Backward options) const {
  Sweep(*this, seed, options.retain_graph, options.create_graph).to_leaves();
}

std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  return Sweep(y, options.seed, options.retain_graph, options.create_graph).to(xs);
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) { return grad(y, std::span(&x, 1), options)[0]; }

}  // namespace gradus
