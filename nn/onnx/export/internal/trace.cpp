#include <gradus/nn/onnx/export/internal/trace.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include <gradus/autograd/ops/internal/described_operation.h>
#include <gradus/autograd/tape/internal/op_listener.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/model/internal/choosing.h>
#include <gradus/nn/model/internal/watcher.h>

namespace gradus::nn::onnx {
namespace {

// Weights and buffers by name, and what a call in evaluation could change all the same.
struct ModelInside final : Visitor {
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) weights.emplace_back(path.text(), p.value());
  }
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) weights.emplace_back(path.text(), a);
    buffers.emplace_back(&a, a);
  }
  void stream(const Path&, Stream& s) override { streams.emplace_back(&s, s.state()); }
  void mode(bool& training) override {
    if (training) modes.push_back(&training), training = false;
  }
  void restore() {
    for (bool* training : modes) *training = true;
    for (auto& [place, was] : buffers)
      if (place->defined() != was.defined() || (was.defined() && place->raw() != was.raw())) *place = was;
    for (auto& [stream, was] : streams)
      if (!(stream->state() == was)) stream->restore(was);
  }
  std::vector<std::pair<std::string, Array>> weights;
  std::vector<std::pair<Array*, Array>> buffers;
  std::vector<std::pair<Stream*, Stream::State>> streams;
  std::vector<bool*> modes;
};

// Two arrays of one key show the same elements in the same way; all are held, so no other comes to lie there.
using ArrayKey = std::tuple<const void*, Dtype, std::vector<std::int64_t>, std::vector<std::int64_t>>;
ArrayKey key_of(const Array& a) {
  return {a.raw(), a.dtype(), {a.shape().begin(), a.shape().end()}, {a.strides().begin(), a.strides().end()}};
}

class Tracing final : detail::Watcher, gradus::detail::OpListener {
 public:
  explicit Tracing(const ConstModuleRef& net) : net_(net), modules_(detail::modules_of(net)) { net.walk(inside_); }
  ~Tracing() { inside_.restore(); }

  Trace run(const TracedCall& call, std::span<const Tensor> inputs, std::span<const std::string> names) {
    for (auto& [name, array] : inside_.weights) add(TracedValue::Kind::weight, array, name);
    for (std::size_t i = 0; i < inputs.size(); ++i) add(TracedValue::Kind::input, inputs[i].value(), names[i]);
    const NoGrad unrecorded;
    for (const Tensor& y : call.call(call.context, inputs)) trace_.outputs.push_back(number_of(y.value()));
    return std::move(trace_);
  }

 private:
  void begins(const detail::Callee& callee) override {
    const auto there = std::find_if(modules_.begin(), modules_.end(), [&](const detail::FoundModule& found) {
      return callee.is(found.module.object, *found.module.called_as);
    });
    paths_.push_back(there == modules_.end() ? (paths_.empty() ? "" : paths_.back()) : there->path);
  }
  void ends(const detail::Callee&, std::span<const Tensor* const>, std::span<Tensor* const>) override { paths_.pop_back(); }

  void hear(const gradus::detail::Heard& done) override {
    TracedStep step{std::string(done.name), paths_.empty() ? "" : paths_.back(), {}, {}, {}};
    if (done.op) gradus::detail::describe_operation(*done.op, step.options);
    else step.options = *done.told;
    for (const Tensor* x : done.inputs) step.inputs.push_back(x->defined() ? number_of(x->value()) : -1);
    for (const auto& option : step.options.all())
      step.of_options.push_back(option.array.defined() ? number_of(option.array) : -1);
    for (const Array& y : done.outputs) {
      const auto known = known_.find(key_of(y));
      if (step.outputs.empty() && known != known_.end()) step.same_as = known->second;
      if (!done.op && step.same_as >= 0 && step.inputs[0] == step.same_as) return;   // nothing had to be converted
      step.outputs.push_back(add(TracedValue::Kind::result, y, {}));
    }
    trace_.steps.push_back(std::move(step));
  }

  int add(TracedValue::Kind kind, const Array& array, const std::string& name) {
    const int number = static_cast<int>(trace_.values.size());
    trace_.values.push_back({kind, array, name});
    known_[key_of(array)] = number;
    return number;
  }
  int number_of(const Array& array) {
    const auto known = known_.find(key_of(array));
    return known != known_.end() ? known->second : add(TracedValue::Kind::constant, array, {});
  }

  ConstModuleRef net_;
  ModelInside inside_;
  std::vector<detail::FoundModule> modules_;
  std::vector<std::string> paths_;
  std::map<ArrayKey, int> known_;
  Trace trace_;
};

}  // namespace

Trace trace(const ConstModuleRef& net, const TracedCall& call, std::span<const Tensor> inputs, std::span<const std::string> names) {
  return Tracing(net).run(call, inputs, names);
}

}  // namespace gradus::nn::onnx
