#include <gradus/train/logs/tensorboard_log.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>

#include <unistd.h>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/data/write/png.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/logs/internal/event.h>

namespace gradus::train {
namespace {

using logs::Message;

constexpr int histogram_bins = 30;
constexpr std::uint64_t session_starts = 1, type_of_texts = 7;

double wall_seconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Message event_at(std::int64_t step) {
  return std::move(Message().float64(1, wall_seconds()).integer(2, static_cast<std::uint64_t>(step)));
}

void check_step(std::string_view name, std::int64_t step) {
  check<ValueError>(!name.empty() && step >= 0, "TensorBoardLog: \"", name, "\" at step ", step,
                    ": it wants a name, and a step of at least 0");
}

// The layer that the weight is of: "features.0" of "features.0.weight".
std::string layer_of(const std::string& weight) {
  std::string layer = weight.substr(0, std::min(weight.rfind('.'), weight.size()));
  std::replace(layer.begin(), layer.end(), '.', '/');
  return layer.size() == weight.size() ? "" : layer;
}

}  // namespace

void TensorBoardLog::open() {
  if (!file_.empty()) return;
  static std::atomic<int> count{0};
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  const auto now = static_cast<std::int64_t>(wall_seconds());
  const std::string name = gradus::text("events.out.tfevents.", now, ".", host, ".", ::getpid(), ".", count++);
  const std::string file = (std::filesystem::path(folder_.string()) / name).string();
  logs::begin_anew(file, logs::record(Message().float64(1, wall_seconds()).bytes(3, "brain.Event:2").str()));
  file_ = file;
}

void TensorBoardLog::put(const std::string& event) {
  open();
  logs::append(file_, logs::record(event));
}
void TensorBoardLog::put_value(std::int64_t step, const std::string& value) {
  put(event_at(step).message(5, Message().bytes(1, value)).str());
}

void TensorBoardLog::begin() { open(); }

// A session that starts at a step: TensorBoard forgets what earlier files have from there on.
void TensorBoardLog::cut(std::int64_t step) {
  put(event_at(step + 1).message(7, Message().integer(1, session_starts)).str());
}

void TensorBoardLog::write(std::int64_t step, const std::vector<NamedValue>& row) {
  Message summary;
  for (const NamedValue& value : row) summary.message(1, Message().bytes(1, value.name).float32(2, static_cast<float>(value.value)));
  put(event_at(step).message(5, summary).str());
}

void TensorBoardLog::histogram(std::string_view name, std::int64_t step, const Tensor& values) {
  check_step(name, step);
  check_defined("TensorBoardLog::histogram", values, "values");
  std::vector<double> all = values.value().to_vector();
  std::erase_if(all, [](double v) { return !std::isfinite(v); });
  double least = 0, most = 0, sum = 0, squares = 0;
  if (!all.empty()) {
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    least = *low, most = *high;
  }
  const int bins = most > least ? histogram_bins : 1;
  std::vector<double> limits, counts(static_cast<std::size_t>(bins), 0.0);
  for (int i = 1; i < bins; ++i) limits.push_back(least + (most - least) * i / bins);
  limits.push_back(most);
  for (const double v : all) {
    sum += v;
    squares += v * v;
    ++counts[static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end() - 1, v) - limits.begin())];
  }
  const Message histogram = std::move(Message().float64(1, least).float64(2, most).float64(3, static_cast<double>(all.size()))
                                          .float64(4, sum).float64(5, squares).doubles(6, limits).doubles(7, counts));
  put_value(step, Message().bytes(1, name).message(5, histogram).str());
}

void TensorBoardLog::picture(std::string_view name, std::int64_t step, const Tensor& pixels) {
  check_step(name, step);
  const std::string png = data::encode_png(pixels);
  const Shape& shape = pixels.shape();
  const std::int64_t channels = shape.rank() == 2 ? 1 : shape[0], height = shape[shape.rank() - 2], width = shape[shape.rank() - 1];
  put_value(step, Message().bytes(1, name).message(4, Message().integer(1, static_cast<std::uint64_t>(height))
      .integer(2, static_cast<std::uint64_t>(width)).integer(3, static_cast<std::uint64_t>(channels)).bytes(4, png)).str());
}

void TensorBoardLog::text(std::string_view name, std::int64_t step, std::string_view words) {
  check_step(name, step);
  const Message one = std::move(Message().integer(1, 1));
  const Message tensor = std::move(Message().integer(1, type_of_texts).message(2, Message().message(2, one)).bytes(8, words));
  const Message plugin = std::move(Message().message(1, Message().bytes(1, "text")));
  put_value(step, Message().bytes(1, std::string(name) + "/text_summary").message(8, tensor).message(9, plugin).str());
}

// hparams_plugin.proto: what there is (its names), the session's settings, and that it ended well.
void TensorBoardLog::hparams(const Values& settings, const std::vector<NamedValue>& results, std::int64_t step) {
  check<ValueError>(!settings.empty(), "TensorBoardLog::hparams: there are no settings");
  for (const NamedValue& result : results) check_step(result.name, step);
  constexpr std::uint64_t text_type = 1, bool_type = 2, number_type = 3, success = 1, f32_type = 1;
  Message experiment, start, summary;
  experiment.float64(3, wall_seconds());
  for (const auto& [name, value] : settings) {
    check_step(name, step);
    const std::optional<double> number = parse_number(value);
    const bool is_bool = value == "true" || value == "false";
    Message told;
    if (is_bool) told.integer(4, value == "true");
    else if (number) told.float64(2, *number);
    else told.bytes(3, value);
    start.message(1, Message().bytes(1, name).message(2, told));
    experiment.message(4, Message().bytes(1, name).integer(4, is_bool ? bool_type : number ? number_type : text_type));
  }
  for (const NamedValue& result : results) {
    experiment.message(5, Message().message(1, Message().bytes(2, result.name)));
    summary.message(1, Message().bytes(1, result.name).float32(2, static_cast<float>(result.value)));
  }
  start.float64(5, wall_seconds());
  const Message one = std::move(Message().integer(1, 1)), ended = std::move(Message().integer(1, success).float64(2, wall_seconds()));
  const Message nothing = std::move(Message().integer(1, f32_type).message(2, Message().message(2, one)).float32(5, 0));
  const auto put_part = [&](const char* tag, int field, const Message& part) {
    const Message plugin = std::move(Message().bytes(1, "hparams").message(2, Message().message(field, part)));
    put_value(0, Message().bytes(1, gradus::text("_hparams_/", tag)).message(8, nothing).message(9, Message().message(1, plugin)).str());
  };
  put_part("experiment", 2, experiment);
  put_part("session_start_info", 3, start);
  put_part("session_end_info", 4, ended);
  if (!results.empty()) put(event_at(step).message(5, summary).str());
}

std::string TensorBoardLog::graph_file() const {
  return (std::filesystem::path(folder_.string()) / gradus::text(".graph-", ::getpid(), ".onnx")).string();
}

void TensorBoardLog::graph_of_onnx(const FileName& file) {
  const nn::onnx::Model model = nn::onnx::read_model(file);
  if (file.string() == graph_file()) {
    std::error_code ignored;
    std::filesystem::remove(file.string(), ignored);
  }
  std::map<std::string, std::string> made_by;   // the node of a value
  Message graph;
  const auto node = [&](const std::string& name, std::string_view op, const std::vector<std::string>& inputs) {
    Message m;
    m.bytes(1, name).bytes(2, op);
    for (const std::string& input : inputs)
      if (const auto maker = made_by.find(input); maker != made_by.end()) m.bytes(3, maker->second);
    graph.message(1, m);
  };
  std::map<std::string, std::string> weights;
  for (const auto& weight : model.graph.initializers) {
    std::string name = weight.name;
    std::replace(name.begin(), name.end(), '.', '/');
    weights[weight.name] = name;
  }
  for (const auto& input : model.graph.inputs) {
    if (weights.contains(input.name)) continue;
    node(input.name, "Input", {});
    made_by[input.name] = input.name;
  }
  int number = 0;
  for (const auto& each : model.graph.nodes) {
    std::string layer;
    for (const std::string& input : each.inputs)
      if (const auto weight = weights.find(input); weight != weights.end()) {
        if (layer.empty()) layer = layer_of(input);
        if (!made_by.contains(input)) {
          node(weight->second, "Weight", {});
          made_by[input] = weight->second;
        }
      }
    const std::string name = gradus::text(layer, layer.empty() ? "" : "/", each.op_type, "_", ++number);
    node(name, each.op_type, each.inputs);
    for (const std::string& output : each.outputs) made_by[output] = name;
  }
  for (const auto& output : model.graph.outputs) node("output/" + output.name, "Output", {output.name});
  graph.message(4, Message().integer(1, 22));   // of the format
  put(event_at(0).bytes(4, graph.str()).str());
}

}  // namespace gradus::train
