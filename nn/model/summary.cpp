#include <gradus/nn/model/summary.h>

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <gradus/autograd/base/drawing/table.h>
#include <gradus/autograd/tape/internal/op_listener.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/model/internal/choosing.h>
#include <gradus/nn/model/internal/watcher.h>

namespace gradus::nn {
namespace {

// Of an operation that multiplies and adds, by its inputs; 0 of the others.
std::int64_t multiply_adds(std::string_view name, std::span<const Tensor* const> in, std::span<const Array> out) {
  const auto size = [&](std::size_t i) { return i < in.size() && in[i]->defined() ? in[i]->size() : 0; };
  if (name == "matmul" || name == "linear") return out[0].size() * in[0]->dim(-1);
  if (name == "conv1d" || name == "conv2d" || name == "conv3d") return out[0].size() * (size(1) / in[1]->dim(0));
  if (name.starts_with("conv_transpose")) return size(0) * (size(1) / in[1]->dim(0));
  if (name.starts_with("rnn_") || name.starts_with("lstm") || name.starts_with("gru"))   // rows, h0, c0, weights, biases, projection
    return in[0]->dim(0) * (size(3) + size(4) + size(7));
  if (name != "scaled_dot_product_attention") return 0;
  const std::int64_t width = std::max<std::int64_t>(out[0].dim(-1), 1);
  return out[0].size() / width * in[1]->dim(-2) * (in[1]->dim(-1) + width);   // scores, and sums of values
}

std::string megabytes(std::int64_t bytes) {
  char digits[32];
  const double kb = static_cast<double>(bytes) / 1e3;
  if (bytes < 1000) std::snprintf(digits, sizeof digits, "%lld B", static_cast<long long>(bytes));
  else if (kb < 1000) std::snprintf(digits, sizeof digits, "%.1f kB", kb);
  else std::snprintf(digits, sizeof digits, "%.1f MB", kb / 1e3);
  return digits;
}

}  // namespace

namespace detail {

// What a call may change.
struct ChangedByCalls final : Visitor {
  void buffer(const Path&, Array& a) override { buffers.emplace_back(&a, a); }
  void stream(const Path&, Stream& s) override { streams.emplace_back(&s, s.state()); }
  // Only what did change is written: another thread may be reading a model in evaluation.
  void restore() {
    for (auto& [place, was] : buffers)
      if (place->defined() != was.defined() || (was.defined() && place->raw() != was.raw())) *place = was;
    for (auto& [stream, was] : streams)
      if (!(stream->state() == was)) stream->restore(was);
  }
  std::vector<std::pair<Array*, Array>> buffers;
  std::vector<std::pair<Stream*, Stream::State>> streams;
};

struct OwnParameters final : Visitor {
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) all.emplace_back(path.text(), &p);
  }
  std::vector<std::pair<std::string, const Parameter*>> all;
};

}  // namespace detail

namespace {

bool lies_in(const std::string& path, const std::string& layer) {
  return layer.empty() || path == layer || (path.starts_with(layer) && path[layer.size()] == '.');
}

}  // namespace

struct detail::SummaryRun::Watch final : Watcher, gradus::detail::OpListener {
  struct Row {
    std::string path, layer, output;
    bool known = true, has_inner = false;                    // known: a part of the model
    std::int64_t parameters = 0, multiply_adds = 0, kept = 0;
  };

  explicit Watch(const ConstModuleRef& net) : recording(true) {
    net.walk(before);
    net.walk(parameters);
    modules = modules_of(net);
    for (const auto& [path, p] : parameters.all) weights.insert(p->value().raw());
  }
  ~Watch() { before.restore(); }

  void begins(const Callee& callee) override {
    if (!open.empty()) rows[open.back()].has_inner = true;
    const auto there = std::find_if(modules.begin(), modules.end(), [&](const FoundModule& found) {
      return callee.is(found.module.object, *found.module.called_as);
    });
    open.push_back(rows.size());
    const bool known = there != modules.end();
    const std::string layer = layer_name(known ? *there->module.type : *callee.type);
    rows.push_back({.path = known ? there->path : "", .layer = layer, .output = {}, .known = known});
  }
  void ends(const Callee&, std::span<const Tensor* const>, std::span<Tensor* const> outputs) override {
    std::string& output = rows[open.back()].output;
    for (const Tensor* y : outputs)
      if (y->defined()) output += gradus::text(output.empty() ? "" : ", ", y->shape());
    open.pop_back();
  }
  void hear(const gradus::detail::Heard& done) override {
    if (open.empty()) return;
    Row& row = rows[open.back()];
    row.multiply_adds += nn::multiply_adds(done.name, done.inputs, done.outputs);
    if (!done.node) return;
    for (const Array& a : done.node->kept()) {
      if (!a.defined() || weights.contains(a.raw()) || !counted.insert(a.raw()).second) continue;
      row.kept += a.size() * static_cast<std::int64_t>(size_of(a.dtype()));
      held.push_back(a);
    }
  }

  // Each weight once: with the innermost layer that was called and has it, or with its own, if that is one whose calls are seen.
  void count_parameters() {
    std::unordered_set<const Leaf*> seen;
    for (const auto& [path, p] : parameters.all) {
      if (!seen.insert(p->leaf().get()).second) continue;
      Row* best = nullptr;
      for (Row& row : rows)
        if (row.known && lies_in(path, row.path) && (!best || row.path.size() > best->path.size())) best = &row;
      const FoundModule* own = nullptr;
      for (const FoundModule& found : modules)
        if (found.module.seen && lies_in(path, found.path) && (!own || found.path.size() > own->path.size())) own = &found;
      if (!best || (own && own->path.size() > best->path.size())) {
        rows.push_back({.path = own ? own->path : "", .layer = own ? layer_name(*own->module.type) : "", .output = "not called"});
        best = &rows.back();
      }
      best->parameters += p->shape().elements();
    }
  }

  Recording recording;
  ChangedByCalls before;
  OwnParameters parameters;
  std::vector<FoundModule> modules;
  std::unordered_set<const void*> weights, counted;
  std::vector<Array> held;                                   // so that no other array comes to lie where one was counted
  std::vector<Row> rows;
  std::vector<std::size_t> open;
};

detail::SummaryRun::SummaryRun(const ConstModuleRef& net) : watch_(new Watch(net)) {}
detail::SummaryRun::~SummaryRun() { delete watch_; }

std::string detail::SummaryRun::text() const {
  Watch& run = *watch_;
  run.count_parameters();
  drawing::Table table({{"layer"}, {"class"}, {"output"}, {"parameters"}, {"multiply-adds"}, {"kept"}}, {.gap = 2, .indent = 0});
  std::int64_t all = 0, trainable = 0, work = 0, kept = 0;
  for (const Watch::Row& row : run.rows) {
    work += row.multiply_adds, kept += row.kept;
    if (row.has_inner && row.parameters == 0 && row.multiply_adds == 0 && row.kept == 0) continue;
    table.add(row.path, row.layer, row.output, row.parameters, row.multiply_adds, megabytes(row.kept));
  }
  std::unordered_set<const Leaf*> seen;
  std::int64_t bytes = 0;
  for (const auto& [path, p] : run.parameters.all) {
    if (!seen.insert(p->leaf().get()).second) continue;
    all += p->shape().elements();
    bytes += p->shape().elements() * static_cast<std::int64_t>(size_of(p->dtype()));
    if (p->requires_grad()) trainable += p->shape().elements();
  }
  return gradus::text(table.text(), all, " parameters (", megabytes(bytes), "), ", trainable, " of them trainable; ", work,
                      " multiply-adds; ", megabytes(kept), " kept for backward\n");
}

}  // namespace gradus::nn
