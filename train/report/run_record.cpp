#include <gradus/train/report/run_record.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <sys/resource.h>

#include <gradus/autograd/base/pool.h>
#include <gradus/data/write/png.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/train/checkpoint/internal/checkpoint_file.h>
#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/logs/internal/rows.h>
#include <gradus/train/metrics/internal/reading.h>
#include <gradus/train/report/internal/base64.h>

namespace gradus::train {
namespace {

using logs::json_number;
using logs::json_text;

constexpr std::int64_t most_shown_classes = 100;

std::string inside(const FileName& folder, const char* name) { return (std::filesystem::path(folder.string()) / name).string(); }

// Stretched to [0, 1] and as a PNG, or nothing.
std::string picture_uri(const Array& picture) {
  if (!picture.defined()) return "";
  const std::vector<double> all = picture.to_vector();
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  const double from = picture.dtype() == u8 ? 0 : *least, span = picture.dtype() == u8 ? 255 : *most - *least;
  std::vector<double> scaled;
  for (const double v : all) scaled.push_back(span > 0 ? (v - from) / span : 0);
  return "data:image/png;base64," + page::base64(data::encode_png(Array::from(scaled, picture.shape())));
}

std::int64_t peak_of_process() {
  rusage used{};
  return ::getrusage(RUSAGE_SELF, &used) == 0 ? used.ru_maxrss * 1024 : 0;
}

std::string json_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) out += (out.empty() ? "[[" : ",[") + json_text(name) + "," + json_text(value) + "]";
  return out.empty() ? "[]" : out + "]";
}

}  // namespace

RunRecord::RunRecord(const FileName& folder, const RecordOptions& options)
    : folder_(folder), options_(options), log_(inside(folder, "log.jsonl"), {.every = std::max<std::int64_t>(options.every, 0)}),
      norms_(inside(folder, "norms.jsonl")) {
  check_options("RunRecord", options_);
}

void RunRecord::set(std::string_view name, std::string_view value) {
  for (auto& [known, its] : configuration_)
    if (known == name) {
      its = value;
      return;
    }
  configuration_.emplace_back(name, value);
}
void RunRecord::set_all(std::string_view name, const OptionList& options) {
  for (const Option& option : options) set(text(name, ".", option.name()), std::string_view(option.text()));
}

void RunRecord::add(std::string_view name, std::int64_t step, double value) {
  log_.add(name, step, value);
  steps_ = std::max(steps_, step);
}

std::string RunRecord::name_of(std::int64_t label) const {
  const auto at = static_cast<std::size_t>(label);
  return at < options_.classes.size() ? options_.classes[at] : std::to_string(label);
}

void RunRecord::forget_validation() {
  confusion_.reset();
  worst_.clear();
}

void RunRecord::seen(const Tensor* inputs, const Tensor& prediction, const Tensor& target) {
  if (!prediction.defined() || !target.defined() || !is_floating(prediction.dtype()) || is_floating(target.dtype())) return;
  if (prediction.rank() != 2 || target.shape() != Shape{prediction.dim(0)} || prediction.dim(1) < 2) return;
  const std::int64_t n = prediction.dim(0), classes = prediction.dim(1);
  const Array scores = prediction.value().to(f64).as_contiguous(), targets = target.value().to(i64).as_contiguous();
  std::vector<std::int64_t> truths, takens;
  const bool pictures = inputs && inputs->defined() && inputs->rank() == 4 && inputs->dim(0) == n && inputs->dim(2) > 0 &&
                        inputs->dim(3) > 0 && (inputs->dim(1) == 1 || inputs->dim(1) == 3);
  for (std::int64_t i = 0; i < n; ++i) {
    const double* const row = scores.data<double>() + i * classes;
    const std::int64_t truth = targets.data<std::int64_t>()[i];
    if (truth < 0 || truth >= classes || std::any_of(row, row + classes, [](double s) { return std::isnan(s); })) continue;
    const std::int64_t said = metric::largest(row, classes);
    truths.push_back(truth);
    takens.push_back(said);
    const double loss = metric::surprise(row, classes, truth);
    const bool full = static_cast<std::int64_t>(worst_.size()) >= options_.worst;
    if (said == truth || (full && (worst_.empty() || loss <= worst_.back().loss))) continue;
    Mistake mistake{loss, truth, said, {}};
    if (pictures) mistake.picture = inputs->value().slice(0, i, i + 1).squeeze(0).contiguous_copy();
    const auto place = std::find_if(worst_.begin(), worst_.end(), [&](const Mistake& m) { return m.loss < loss; });
    worst_.insert(place, std::move(mistake));
    if (static_cast<std::int64_t>(worst_.size()) > options_.worst) worst_.pop_back();
  }
  if (truths.empty() || classes > most_shown_classes) return;
  if (confusion_.matrix().dim(0) != classes) confusion_ = ConfusionMatrix({.classes = classes});
  const Shape seen_rows{std::ssize(truths)};
  confusion_.update(Array::from(takens, seen_rows), Array::from(truths, seen_rows));
}

void RunRecord::on_train_begin(const Context& context) {
  began_ = std::chrono::steady_clock::now();
  ended_.clear();
  log_.on_train_begin(context);
  if (context.resumed) norms_.resume(context.step);
  if (context.optimizer) set("optimizer", std::string_view(context.optimizer->describe()));
}

void RunRecord::on_batch_begin(const Context& context) {
  if (!statistics_ && context.optimizer && options_.norms_every > 0)
    statistics_ = std::make_unique<optim::Statistics>(*context.optimizer, optim::StatisticsOptions{.every = options_.norms_every});
}

void RunRecord::on_batch_end(const Context& context) {
  steps_ = context.step;
  log_.on_batch_end(context);
}

// The parameters of a layer, "fc1.weight" and "fc1.bias", together.
void RunRecord::on_after_step(const Context& context) {
  if (!statistics_ || statistics_->step() == measured_) return;
  measured_ = statistics_->step();
  struct Squares {
    double gradient = 0, update = 0, weight = 0;
  };
  std::vector<std::pair<std::string, Squares>> layers;
  for (const std::string& name : statistics_->names()) {
    const optim::StepStatistics& s = statistics_->parameter(name);
    const std::size_t dot = name.rfind('.');
    const std::string layer = dot == name.npos ? name : name.substr(0, dot);
    auto at = std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.first == layer; });
    if (at == layers.end()) at = layers.insert(layers.end(), {layer, {}});
    at->second.gradient += s.gradient_norm * s.gradient_norm;
    at->second.update += s.update_norm * s.update_norm;
    at->second.weight += s.parameter_norm * s.parameter_norm;
  }
  for (const auto& [layer, squares] : layers) {
    norms_.add("gradient/" + layer, context.step, std::sqrt(squares.gradient));
    norms_.add("update/" + layer, context.step, squares.weight > 0 ? std::sqrt(squares.update / squares.weight) : 0);
  }
  norms_.flush();
}

void RunRecord::on_validation_begin(const Context&) { forget_validation(); }

void RunRecord::on_validation_batch(const Context& context) {
  if (!context.prediction || !context.target) return;
  seen(context.inputs.empty() ? nullptr : context.inputs[0], *context.prediction, *context.target);
}

void RunRecord::on_epoch_end(const Context& context) {
  epochs_ = context.epoch;
  steps_ = context.step;
  log_.on_epoch_end(context);
  save();
}

void RunRecord::on_train_end(const Context& context) {
  statistics_.reset();   // the optimizer may go now
  if (const std::string* why = context.stopped()) ended_ = *why;
  log_.on_train_end(context);
  save();
}

void RunRecord::save() {
  log_.flush();
  const Values facts = detail::facts_of_here();
  const std::vector<std::pair<std::string, std::string>> versions(facts.begin(), facts.end());
  std::string out = "{\"configuration\":" + json_pairs(configuration_) + ",\n\"versions\":" + json_pairs(versions);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began_;
  out += text(",\n\"epochs\":", epochs_, ",\"steps\":", steps_, ",\"seconds\":", json_number(seconds.count()), ",\"pool_bytes\":",
              pool::peak_bytes(), ",\"process_bytes\":", peak_of_process(), ",\"ended\":", json_text(ended_), ",\n\"summary\":",
              json_text(summary_));
  const Array confusion = confusion_.matrix().value();
  if (const std::int64_t classes = confusion.dim(0); classes > 0) {
    std::string names, rows;
    for (std::int64_t i = 0; i < classes; ++i) {
      names += (i ? "," : "") + json_text(name_of(i));
      rows += i ? ",\n[" : "[";
      for (std::int64_t j = 0; j < classes; ++j) rows += text(j ? "," : "", confusion.data<std::int64_t>()[i * classes + j]);
      rows += "]";
    }
    out += ",\n\"classes\":[" + names + "],\n\"confusion\":[" + rows + "]";
  }
  std::string worst;
  for (const Mistake& m : worst_)
    worst += text(worst.empty() ? "" : ",\n", "{\"loss\":", json_number(m.loss), ",\"target\":", json_text(name_of(m.target)),
                  ",\"predicted\":", json_text(name_of(m.predicted)), ",\"picture\":", json_text(picture_uri(m.picture)), "}");
  logs::begin_anew(inside(folder_, "run.json"), out + ",\n\"worst\":[" + worst + "]}\n");
}

}  // namespace gradus::train
