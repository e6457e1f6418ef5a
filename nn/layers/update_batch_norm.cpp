#include <gradus/nn/layers/update_batch_norm.h>

#include <algorithm>
#include <array>
#include <vector>

namespace gradus::nn {

// By reference and by value: what belongs there afterwards.
struct StatisticsPass::Before {
  struct Layer {
    RunningStatistics now;
    Array mean, var, batches;
    std::optional<double> momentum;
    bool reached() const { return now.batches.item() > 0; }
  };
  std::vector<Layer> layers;
  std::vector<std::pair<bool*, bool>> modes;
  std::vector<std::pair<Stream*, Stream::State>> streams;
  bool finished = false;
};

namespace {

template <class Before>
struct Collect final : Visitor {
  explicit Collect(Before& before) : before(before) {}
  void mode(bool& training) override { before.modes.emplace_back(&training, training); }
  void stream(const Path&, Stream& s) override { before.streams.emplace_back(&s, s.state()); }
  void offer(const Path&, const Offer& offer) override {
    const auto* s = offer.get_if<RunningStatistics>();
    if (s && s->mean.defined()) before.layers.push_back({*s, s->mean, s->var, s->batches, s->momentum});
  }
  Before& before;
};

}  // namespace

StatisticsPass::StatisticsPass(ModuleRef net) : before_(std::make_unique<Before>()) {
  Collect collect(*before_);
  net.walk(collect);
  if (!any()) return;
  std::vector<std::array<Array, 3>> fresh;     // all that can fail (memory) comes before the first change
  for (const auto& layer : before_->layers)
    fresh.push_back({Array::zeros(layer.mean.shape(), layer.mean.dtype()), Array::full(layer.var.shape(), 1, layer.var.dtype()),
                     Array::zeros({}, i64)});
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const RunningStatistics& now = before_->layers[i].now;
    now.mean = fresh[i][0];
    now.var = fresh[i][1];
    now.batches = fresh[i][2];
    now.momentum.reset();
  }
  for (auto& [training, was] : before_->modes) *training = true;
}

bool StatisticsPass::any() const { return !before_->layers.empty(); }

void StatisticsPass::finish() {
  const auto reached = [](const Before::Layer& layer) { return layer.reached(); };
  check<ValueError>(std::any_of(before_->layers.begin(), before_->layers.end(), reached),
                    "update_batch_norm: no batch norm saw a batch; is the range of batches empty?");
  before_->finished = true;
}

StatisticsPass::~StatisticsPass() {
  if (!any()) return;
  for (auto at = before_->layers.rbegin(); at != before_->layers.rend(); ++at) {
    at->now.momentum = at->momentum;
    if (before_->finished && at->reached()) continue;
    at->now.mean = at->mean;
    at->now.var = at->var;
    at->now.batches = at->batches;
  }
  for (auto& [stream, was] : before_->streams) stream->restore(was);
  for (auto at = before_->modes.rbegin(); at != before_->modes.rend(); ++at) *at->first = at->second;
}

}  // namespace gradus::nn
