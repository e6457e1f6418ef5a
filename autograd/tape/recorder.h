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

// Whether somebody profiles, looks for anomalies or notes what operations use.
inline bool observed() { return profile::on() || (mode & (looks | captures)) != 0; }

// Where operations are recorded: the inputs that are on the tape, as bits (bit 31: one of those from 31 on).
inline std::uint32_t tracked_inputs(const Tensor* const* inputs, std::size_t n) {
  std::uint32_t tracked = 0;
  if (recording())
    for (std::size_t i = 0; i < n; ++i)
      if (inputs[i]->requires_grad()) tracked |= 1u << (i < 31 ? i : 31);
  return tracked;
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
    const std::uint32_t tracked = detail::tracked_inputs(inputs, n);
    if (tracked == 0) return;
    if (detail::mode & detail::captures) [[unlikely]] {
      detail::note_captured(inputs, n);
      return;
    }
    put(new O(std::move(op)), tracked);
  }
  // Of an operation that is where it stays, and recorded.
  Recorder(O* op, const Tensor* const* inputs, std::size_t n, std::uint32_t tracked) : inputs_(inputs), n_(n), watch_(*op) {
    put(op, tracked);
  }

  // Runs forward, and says what the tensors of its results are: one for an Array, an array of them for an array, a vector for a list.
  template <class... In>
  auto run(const In&... inputs) { return results(op_->forward(inputs...)); }

  // What forward has given, as tensors.
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

 private:
  void put(O* op, std::uint32_t tracked) {
    node_ = NodePtr(op_ = op);
    op_->tracked_inputs_ = tracked;
    op_->tracked_ = true;
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
