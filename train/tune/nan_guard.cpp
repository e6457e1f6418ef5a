#include <gradus/train/tune/nan_guard.h>

#include <cmath>
#include <string>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/anomaly.h>
#include <gradus/optim/driver/nonfinite.h>

namespace gradus::train {
namespace {

struct Streams final : nn::Visitor {
  void stream(const nn::Path&, nn::Stream& s) override { all.emplace_back(&s, s.state()); }
  std::vector<std::pair<nn::Stream*, nn::Stream::State>> all;
};

}  // namespace

NanGuard::NanGuard(nn::ModuleRef net) : net_(net), generator_(default_generator().state()) {
  Streams found;
  net.walk(found);
  streams_ = std::move(found.all);
}

void NanGuard::note() {
  for (auto& [stream, state] : streams_) state = stream->state();
  generator_ = default_generator().state();
}

void NanGuard::put_back() const {
  for (const auto& [stream, state] : streams_) stream->restore(state);
  default_generator().restore(generator_);
}

Tensor NanGuard::operator()(const std::function<Tensor()>& forward) {
  note();
  ++steps_;
  Tensor loss = forward();
  const double value = loss.item();
  if (!std::isfinite(value)) explain(text("the loss of step ", steps_, " is ", number_text(value)), forward, false);
  return loss;
}

void NanGuard::check_gradients(const std::function<Tensor()>& forward) {
  for (const NamedParameter& p : nn::parameters(net_))
    if (p.leaf->has_gradient() && !optim::all_finite(p.leaf->gradient().value()))
      explain(text("after the backward pass of step ", steps_, " the gradient of ", p.name, " is not finite"), forward, true);
}

void NanGuard::explain(const std::string& what, const std::function<Tensor()>& forward, bool backward) const {
  for (const NamedParameter& p : nn::parameters(net_))
    check<ValueError>(optim::all_finite(p.leaf->value), "NanGuard: ", what, ": ", p.name,
                      " has numbers that are not finite, from a step before");
  if (backward)
    for (const NamedParameter& p : nn::parameters(net_)) p.leaf->zero_grad();
  put_back();
  std::string found;
  try {
    const DetectAnomaly looking;
    const Tensor loss = forward();
    if (backward) loss.backward();
  } catch (const Error& e) {
    found = e.what();
  }
  check<ValueError>(!found.empty(), "NanGuard: ", what, ", but not when the step is repeated: does it draw random numbers of its own, or "
                    "does the loss not come from operations?");
  fail<ValueError>("NanGuard: ", what, "; ", found);
}

}  // namespace gradus::train
