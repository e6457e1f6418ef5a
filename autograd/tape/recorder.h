// Puts one operation on the tape, if recording and any input is tracked: then the operation moves to its node before its forward runs. What
// record() (op.h) is made of.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/tape/node.h>
#include <gradus/autograd/tape/recording.h>

namespace gradus {

namespace detail {

// What a profile says of tensors that an operation reads and writes.
struct Traffic {
  std::string shapes;
  double bytes = 0;
  void add(const Tensor& x);   // nothing, if x is undefined
};

// Where DetectAnomaly looks: ValueError where a result is not finite; the node, if there is one, learns where it comes from.
void look_at_forward(std::string_view name, std::span<const Tensor* const> inputs, std::span<const Array> outputs, Node* node);

// An operation's forward as others see it, who profile or look for anomalies; nearly always nobody, which is asked once.
class Watch {
 public:
  explicit Watch(const Node& op) {
    if (profile::on() || (mode & looks) != 0) [[unlikely]] begin(op);
  }
  Watch(const Watch&) = delete;
  ~Watch() {
    if (open_) [[unlikely]] end();
  }
  bool open() const { return open_ != nullptr; }
  void see(std::span<const Tensor* const> inputs, std::span<const Array> outputs, Node* node);

 private:
  struct Open;
  void begin(const Node& op);
  void end();
  Open* open_ = nullptr;
};

// Whether an operation on these inputs is its value and no more: nothing is recorded, and nobody profiles or looks for anomalies.
inline bool is_only_value(std::span<const Tensor* const> inputs) {
  if (profile::on() || (mode & looks) != 0) [[unlikely]] return false;
  if (!recording()) return true;
  for (const Tensor* x : inputs)
    if (x->requires_grad()) return false;
  return true;
}

// Hears of the tracked tensors that operations use in Mode::captures.
class Capturing {
 public:
  virtual void note(const Tensor& x) = 0;

 protected:
  ~Capturing() = default;
};
extern constinit thread_local Capturing* capturing;
void note_captured(const Tensor* const* inputs, std::size_t n);

}  // namespace detail

template <class O>
class Recorder {
 public:
  Recorder(O& op, const Tensor* const* inputs, std::size_t n) : op_(&op), inputs_(inputs), n_(n), watch_(op) {
    std::uint32_t wants = 0;
    if (recording())
      for (std::size_t i = 0; i < n; ++i)
        if (inputs[i]->requires_grad()) wants |= 1u << (i < 31 ? i : 31);
    if (wants == 0) return;
    if (detail::mode & detail::captures) [[unlikely]] {
      detail::note_captured(inputs, n);
      return;
    }
    node_ = NodePtr(op_ = new O(std::move(op)));
    op_->tracked_inputs_ = wants;
    op_->tracked_ = true;
  }

  // Runs forward, and says what the tensors of its results are: one for an Array, an array of them for an array, a vector for a list.
  template <class... In>
  auto run(const In&... inputs) { return results(op_->forward(inputs...)); }

 private:
  Tensor results(Array value) {
    if (node_ && op_->keeps_outputs_ != 0) op_->output_ = value;
    finish({&value, 1});
    return Tensor(std::move(value), std::move(node_));
  }
  Tensor results(const Tensor& value) { return results(value.value()); }
  template <std::size_t n>
  std::array<Tensor, n> results(std::array<Array, n> values) {
    if (node_) op_->keep_results(values);
    finish(values);
    std::array<Tensor, n> all;
    for (std::size_t i = 0; i < n; ++i) all[i] = Tensor(std::move(values[i]), node_, static_cast<int>(i));
    return all;
  }
  std::vector<Tensor> results(std::vector<Array> values) {
    if (node_) op_->keep_results(values);
    finish(values);
    std::vector<Tensor> all;
    all.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) all.emplace_back(std::move(values[i]), node_, static_cast<int>(i));
    return all;
  }

  // The node is on the tape, where something is recorded.
  void finish(std::span<const Array> outputs) {
    if (watch_.open()) [[unlikely]] watch_.see({inputs_, n_}, outputs, node_.get());
    if (!node_) return;
    if constexpr (O::checks_gradients) op_->note_forms(inputs_, static_cast<int>(n_));
    if constexpr (O::materializes_gradients) op_->materializes_ = true;
    op_->join(inputs_, n_);
  }

  NodePtr node_;
  O* op_;
  const Tensor* const* inputs_;
  std::size_t n_;
  detail::Watch watch_;
};

}  // namespace gradus
