// What a checkpoint has of a training, beside the states of its parts: where it is, and what it has gathered.
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/train/checkpoint/checkpoints.h>
#include <gradus/train/loop/internal/inside.h>

namespace gradus::train::detail {
namespace {

constexpr std::string_view best_prefix = "best.", history_prefix = "history.", sum_prefix = "sum.";

StatePart part_of_ref(std::string name, const StateRef& ref) {
  return {std::move(name), [ref] { return ref.state(ref.thing); }, [ref](const State& state) { ref.load(ref.thing, state); }};
}

Array column_of(const std::vector<double>& numbers) { return Array::from(numbers, {static_cast<std::int64_t>(numbers.size())}); }

std::vector<double> numbers_of(StateReader& reader, const std::string& key) {
  const Array* found = reader.find_array(key);
  if (!found || found->rank() != 1 || found->dtype() != f64) {
    reader.problem(key, found ? " is no list of f64" : " is missing");
    return {};
  }
  const Array list = found->as_contiguous();
  return {list.data<double>(), list.data<double>() + list.size()};
}

}  // namespace

std::vector<Part> Training::Inside::parts() {
  std::vector<Part> out;
  const auto add = [&](const char* name, auto* thing) {
    if (thing) out.push_back(StatePart(name, *thing));
  };
  if (setup.model) out.push_back(Part("model", const_cast<nn::ModuleRef&>(*setup.model)));
  if (setup.stepper.around) out.push_back(part_of_ref("optimizer", setup.stepper.state));
  else add("optimizer", setup.stepper.optimizer);
  add("schedule", options.schedule);
  add("plateau", options.plateau);
  add("average", options.average);
  if (accumulation) add("accumulation", &*accumulation);
  if (setup.training.state.thing) out.push_back(part_of_ref("loader", setup.training.state));
  if (setup.validation.state.thing) out.push_back(part_of_ref("validation", setup.validation.state));
  for (std::size_t i = 0; i < options.metrics.size(); ++i)
    if (const MetricRef& metric = options.metrics[i]; metric.has_state())
      out.push_back(StatePart(text("metric", i + 1), [&metric] { return metric.state(); },
                              [&metric](const State& s) { metric.load_state(s); }));
  int number = 0;
  for (const CallbackRef& callback : options.callbacks)
    if (callback.has_state())
      out.push_back(StatePart(text("callback", ++number), [&callback] { return callback.state(); },
                              [&callback](const State& s) { callback.load_state(s); }));
  out.insert(out.end(), options.parts.begin(), options.parts.end());
  out.push_back(StatePart("generator", default_generator()));
  // Last: when the others have been taken, it says where the training is.
  out.push_back(StatePart("fit", [this] { return state(); }, [this](const State& s) { load_state(s); }));
  return out;
}

State Training::Inside::state() const {
  State s;
  s.set("epochs", epochs_done);
  s.set("batch", context.batch);
  s.set("played", played);
  s.set("steps", context.step);
  s.set("skipped", history.skipped);
  s.set("best_epoch", history.best_epoch);
  s.set("bad_epochs", bad_epochs);
  s.set("stopped", stopped);
  s.arrays["numbers"] = column_of({means.samples, history.best, reference});
  int place = 10;   // two digits, so that names come in the order in which they came
  for (const NamedValue& sum : means.sums) s.arrays[text(sum_prefix, place++, ".", sum.name)] = column_of({sum.value});
  for (const auto& [name, column] : history.values) s.arrays[text(history_prefix, name)] = column_of(column);
  if (best_model) s.add(best_prefix, *best_model);
  return s;
}

void Training::Inside::load_state(const State& s) {
  StateReader reader(s);
  const std::int64_t epochs = reader.count("epochs"), batch = reader.count("batch"), steps = reader.count("steps");
  const std::int64_t skipped = reader.count("skipped"), best_epoch = reader.count("best_epoch"), bad = reader.count("bad_epochs");
  const std::string* by = reader.need("stopped");
  bool through = false;
  reader.read("played", Option("played", through), ValueReader::Agree::nothing);
  const std::vector<double> numbers = numbers_of(reader, "numbers");
  if (reader.fits() && numbers.size() != 3) reader.problem("numbers has ", numbers.size(), " numbers, not 3");
  Means sums;
  std::map<std::string, std::vector<double>> columns;
  for (const auto& [key, array] : s.arrays) {
    if (key.starts_with(history_prefix)) columns[key.substr(history_prefix.size())] = numbers_of(reader, key);
    if (!key.starts_with(sum_prefix)) continue;
    const std::vector<double> sum = numbers_of(reader, key);
    if (sum.size() != 1 || key.size() < sum_prefix.size() + 3) reader.problem(key, " is no sum");
    else sums.sums.push_back({key.substr(sum_prefix.size() + 3), sum[0]});
  }
  const State best = s.part(best_prefix);
  for (const auto& [key, array] : best.arrays) (void)reader.find_array(text(best_prefix, key));
  reader.expect_no_more_arrays();
  reader.finish("train::fit: the state does not fit");

  epochs_done = epochs;
  context.epoch = epochs;
  context.batch = batch;
  context.step = saved_at = steps;
  in_the_middle = batch > 0;
  played = through;
  history.skipped = skipped;
  history.values = std::move(columns);
  history.best = numbers[1];
  history.best_epoch = best_epoch;
  history.epochs = epochs;
  history.steps = steps;
  reference = numbers[2];
  bad_epochs = bad;
  stopped = *by;
  means = std::move(sums);
  means.samples = numbers[0];
  best_model.reset();
  if (!best.arrays.empty()) best_model = best;
}

void Training::Inside::save(std::optional<double> metric) {
  options.checkpoints->save(context.step, parts(), metric);
  saved_at = context.step;
  changed = false;
}

void Training::Inside::resume() {
  const std::optional<Resumed> resumed = options.checkpoints->resume(parts());
  if (!resumed) return;
  context.resumed = true;
  history.resumed_from = resumed->file;
  history.notes = resumed->broken;
  history.notes.insert(history.notes.end(), resumed->differences.begin(), resumed->differences.end());
}

}  // namespace gradus::train::detail
