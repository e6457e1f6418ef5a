#include <gradus/autograd/walk/checkpoint.h>

#include <algorithm>

#include <gradus/autograd/base/internal/draws.h>
#include <gradus/autograd/base/product_precision.h>
#include <gradus/autograd/walk/internal/entry.h>
#include <gradus/autograd/walk/internal/fenced.h>

namespace gradus {
namespace {

using detail::Draws;
using detail::Drawing;

// The tracked tensors that f uses and has not been given.
class Captured final : public detail::Capturing {
 public:
  Captured() : before_(std::exchange(detail::capturing, this)) {}
  Captured(const Captured&) = delete;
  ~Captured() { detail::capturing = before_; }
  void note(const Tensor& x) override {
    for (const Tensor& known : all_)
      if (known.node() == x.node() && known.output() == x.output()) return;
    all_.push_back(x);
  }
  const std::vector<Tensor>& all() const { return all_; }

 private:
  const detail::ModeScope mode_{detail::mode | detail::captures};
  detail::Capturing* const before_;
  std::vector<Tensor> all_;
};

struct Checkpoint final : Op {
  std::shared_ptr<detail::Segment> f;
  Draws draws;
  std::vector<Array> results;   // of the first run, until they are handed out
  std::size_t given;            // how many of the inputs f is given; the rest it has captured
  SmallVector<Form, 2> forms;
  const ProductPrecision precision = product_precision();

  Checkpoint(std::shared_ptr<detail::Segment> segment, Draws drawn, std::vector<Array> ys, std::size_t inputs)
      : f(std::move(segment)), draws(std::move(drawn)), results(std::move(ys)), given(inputs) {}
  std::string_view name() const override { return "checkpoint"; }

  std::vector<Array> forward(std::span<const Tensor> inputs) {
    for (const Tensor& x : inputs) save(x);
    for (const Array& y : results) forms.push_back({y.shape(), y.dtype(), true});
    return std::move(results);
  }

  Grads backward_all(std::span<Tensor> gs) override {
    const bool recorded = recording();
    std::vector<Tensor> xs, ends, roots, seeds;
    std::vector<std::size_t> whose;   // the input that an end stands for
    for (std::size_t i = 0; i < saved().size(); ++i) {
      const Tensor& x = saved()[i];
      const bool wanted = x.requires_grad() && needs(static_cast<int>(i));
      if (i < given) xs.push_back(wanted ? entry(x, recorded) : x.defined() ? x.detach() : x);
      if (!wanted) continue;
      if (i >= given) check_unchanged(x);
      ends.push_back(i < given ? xs.back() : x);
      whose.push_back(i);
    }
    const detail::ModeScope on((detail::mode | detail::records) & ~unsigned{detail::captures | detail::inside_backward});
    const std::vector<Tensor> ys = run_again(xs);
    for (std::size_t k = 0; k < ys.size(); ++k)
      if (gs[k].defined() && ys[k].requires_grad()) roots.push_back(ys[k]), seeds.push_back(gs[k]);
    Grads grads;
    grads.resize(saved().size());
    if (roots.empty() || ends.empty()) return grads;
    const std::vector<Tensor> found = fenced_grad("checkpoint", roots, ends, seeds, recorded);
    for (std::size_t k = 0; k < ends.size(); ++k) grads[whose[k]] = found[k];
    return grads;
  }

 private:
  static void check_unchanged(const Tensor& x) {
    if (!x.node()->is_leaf()) return;
    check<GraphError>(static_cast<const Leaf&>(*x.node()).value.raw() == x.value().raw(), "checkpoint: ", describe(x),
                      " has another value than when f ran in forward, so running f again gives other gradients; change parameters after ",
                      "backward");
  }
  std::vector<Tensor> run_again(const std::vector<Tensor>& xs) {
    const std::vector<Tensor> ys = [&] {
      const Drawing same(draws, Drawing::repeats);
      const ProductPrecisionScope as_before(precision);
      return f->run(xs);
    }();
    check<GraphError>(ys.size() == forms.size(), "checkpoint: f gave ", forms.size(), " results in forward and ", ys.size(),
                      " when it ran again in backward; it must do the same both times");
    for (std::size_t k = 0; k < ys.size(); ++k)
      check<GraphError>(ys[k].defined() && ys[k].shape() == forms[k].shape && ys[k].dtype() == forms[k].dtype, "checkpoint: result ", k,
                        " of f was ", forms[k].shape, " ", forms[k].dtype, " in forward and is ", describe(ys[k]),
                        " when it runs again in backward; it must do the same both times");
    return ys;
  }
};

}  // namespace

std::vector<Tensor> detail::checkpoint(std::shared_ptr<Segment> f, std::vector<Tensor> xs) {
  if (!recording() || (mode & captures)) return f->run(xs);
  std::vector<Tensor> inputs = xs;
  for (Tensor& x : xs)
    if (x.defined()) x = x.detach();
  Draws draws;
  std::vector<Array> values;
  {
    Captured captured;
    const Drawing drawn(draws, Drawing::notes);
    for (const Tensor& y : f->run(xs)) {
      check_defined("checkpoint", y, "the result of f");
      if (y.requires_grad()) captured.note(y);   // what f has captured and hands on
      values.push_back(y.value());
    }
    inputs.insert(inputs.end(), captured.all().begin(), captured.all().end());
  }
  std::vector<Tensor> ys;
  if (std::none_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return x.requires_grad(); })) {
    for (Array& y : values) ys.emplace_back(std::move(y));
    return ys;
  }
  ys = record(Checkpoint(std::move(f), std::move(draws), std::move(values), xs.size()), std::span<const Tensor>(inputs));
  for (Tensor& y : ys)
    if (!is_floating(y.dtype())) y = y.detach();
  return ys;
}

}  // namespace gradus
