#include <gradus/optim/driver/optimizer.h>

#include <algorithm>
#include <unordered_set>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/tape/recorded.h>
#include <gradus/optim/driver/internal/checked_parameters.h>
#include <gradus/optim/kernels/partition.h>

namespace gradus::optim {
namespace {


void* advanced(void* p, std::int64_t bytes) { return p ? static_cast<std::byte*>(p) + bytes : nullptr; }

}  // namespace

void Optimizer::add_parameters(std::string_view rule, std::span<const KeptNumber> numbers, const Parameters& parameters) {
  const int group = groups();
  check<ValueError>(!parameters.empty(), rule, ": group ", group, " has no parameters; did a name pattern match nothing?");
  std::unordered_set<const Leaf*> leaves;
  std::unordered_set<std::string> names;
  for (const Entry& entry : entries_) {
    leaves.insert(entry.leaf.get());
    names.insert(entry.name);
  }
  std::vector<Entry> fresh;
  for (const NamedParameter& p : parameters) {
    Entry entry{.name = p.name, .leaf = p.leaf, .group = group};
    const std::size_t place = entries_.size() + fresh.size();
    if (entry.name.empty()) entry.name = p.leaf && !p.leaf->label.empty() ? p.leaf->label : text("parameter.", place);
    check<ValueError>(p.leaf && p.leaf->value.defined(), rule, ": parameter ", entry.name, " is undefined");
    check<DtypeError>(computes_in(p.leaf->value.dtype()), rule, ": parameter ", entry.name, " is ", p.leaf->value.dtype(),
                      "; only f32 and f64 can be trained");
    check<ValueError>(leaves.insert(p.leaf.get()).second, rule, ": parameter ", entry.name, " is given twice (again in group ", group,
                      "); each belongs to one group");
    check<ValueError>(names.insert(entry.name).second, rule, ": ", named_alike(entry.name));
    std::transform(numbers.begin(), numbers.end(), entry.numbers.begin(), [](const KeptNumber& number) { return number.initial; });
    fresh.push_back(std::move(entry));
  }
  entries_.reserve(entries_.size() + fresh.size());
  groups_.emplace_back();
  std::move(fresh.begin(), fresh.end(), std::back_inserter(entries_));
}

void Optimizer::step() {
  const profile::Span span("step", "optimizer");
  check_gradients();
  if (on_nonfinite_ != NonFinite::allow && !check_finite()) {
    ++steps_;
    ++skipped_steps_;
    return;
  }
  for (StepWatcher* watcher : watchers_) watcher->before_step();
  // Whatever can fail (memory) comes before the first change.
  Partition row;
  Array room;
  try {
    prepare_jobs(row);
    std::int64_t bytes = 0;
    for (const Job& job : jobs_) bytes = std::max(bytes, scratch(*job.whole.shape, job.entry->leaf->value.dtype()));
    if (bytes > 0) room = Array({(bytes + 7) / 8}, f64);
    for (Job& job : jobs_) job.whole.scratch = room.defined() ? room.mutable_raw() : nullptr;
  } catch (...) {
    for (const Job& job : jobs_)
      for (std::size_t j = 0; j < max_slots; ++j)
        if (job.fresh >> j & 1) job.entry->slots[j] = {};
    throw;
  }
  if (whole()) {
    for (const Job& job : jobs_) job.loop(job.whole, scalars_[job.scalars].bytes);
  } else row.for_each([this](std::size_t i, std::int64_t begin, std::int64_t end) {
    const Job& job = jobs_[i];
    if (!job.rows) return run(job, begin, begin, end - begin);
    // Each row belongs to the stretch in which it begins, and stays whole: its last elements must not depend on the number of threads.
    for (std::int64_t r = (begin + job.width - 1) / job.width; r * job.width < end; ++r)
      run(job, job.rows[r] * job.width, r * job.width, job.width);
  });
  for (const Job& job : jobs_) {
    ++job.entry->t;
    job.entry->numbers = job.numbers;
  }
  ++steps_;
  copies_.clear();
  for (const Entry& entry : entries_)
    if (entry.leaf->abandoned()) entry.leaf->zero_grad();   // it would be stepped by for ever
  for (StepWatcher* watcher : watchers_) watcher->after_step();
}

void Optimizer::prepare_jobs(Partition& row) {
  jobs_.clear();
  scalars_.clear();
  copies_.clear();
  jobs_.reserve(entries_.size());
  for (Entry& entry : entries_) {
    if (!entry.leaf->has_gradient()) continue;
    Job& job = jobs_.emplace_back(prepare(entry));
    row.add(job.whole.n);
    const Job* before = jobs_.size() > 1 ? &job - 1 : nullptr;
    const bool alike = before && before->entry->group == entry.group && before->entry->t == entry.t && before->first == job.first &&
                       before->entry->numbers == entry.numbers;
    job.numbers = alike ? before->numbers : entry.numbers;
    if (!alike) write_scalars(entry.group, entry.t + 1, job.first, job.numbers, scalars_.emplace_back());
    job.scalars = scalars_.size() - 1;
  }
}

bool Optimizer::check_finite() {
  for (const Entry& entry : entries_) {
    if (!entry.leaf->has_gradient()) continue;
    if (all_finite(entry.leaf->grad.elements())) continue;
    check<ValueError>(on_nonfinite_ != NonFinite::refuse, name(), ": the gradient of ", entry.name,
                      " is not finite, and on_nonfinite(NonFinite::refuse) says so; NonFinite::skip passes over such steps");
    nonfinite_parameter_ = entry.name;
    return false;
  }
  return true;
}

void Optimizer::reset_state() noexcept {
  const std::span<const KeptNumber> kinds = numbers();
  for (Entry& entry : entries_) {
    entry.t = 0;
    for (std::size_t j = 0; j < kinds.size(); ++j) entry.numbers[j] = kinds[j].initial;
    for (Array& slot : entry.slots) slot = {};
  }
}

void Optimizer::run(const Job& job, std::int64_t at, std::int64_t from, std::int64_t n) const {
  const std::int64_t skipped = at * job.element;
  Stretch stretch{advanced(job.whole.w, skipped), static_cast<const std::byte*>(job.whole.g) + from * job.element, {}, n};
  for (std::size_t j = 0; j < max_slots; ++j) stretch.slots[j] = advanced(job.whole.slots[j], skipped);
  job.loop(stretch, scalars_[job.scalars].bytes);
}

// A parameter may be without a gradient in some steps, or in all, but not all of them in the first; unless nothing has been computed since
// they were made, in a loop that only shows a schedule.
void Optimizer::check_gradients() const {
  bool any = steps_ > 0;
  const std::uint64_t latest = gradus::detail::last_recorded();
  bool computed = false;
  for (const Entry& entry : entries_) {
    if (entry.leaf->has_gradient()) check_gradient(entry);
    else check_not_abandoned(name(), entry.name, *entry.leaf);
    any |= entry.leaf->has_gradient() || entry.t > 0;
    computed |= latest > entry.leaf->number();
  }
  any |= !computed;
  check<ValueError>(any, name(), ": no parameter has a gradient in the first step: ", no_gradients());
}

void Optimizer::check_gradient(const Entry& entry) const {
  check_row_use(name(), entry.name, row_use(entry.group), *entry.leaf);
  if (entry.leaf->grad.is_rows()) return;
  const Tensor& grad = entry.leaf->grad.tensor();
  const Array& value = entry.leaf->value;
  if (grad.shape() == value.shape() && grad.dtype() == value.dtype()) return;
  check<ShapeError>(grad.shape() == value.shape(), name(), ": the gradient of ", entry.name, " has shape ", grad.shape(),
                    " but the parameter has ", value.shape());
  fail<DtypeError>(name(), ": the gradient of ", entry.name, " is ", grad.dtype(), " but the parameter is ", value.dtype());
}

// The array, row-major in memory until the step is over.
const Array& Optimizer::kept(const Array& a) { return a.contiguous() ? a : copies_.emplace_back(a.contiguous_copy()); }

Optimizer::Job Optimizer::prepare(Entry& entry) {
  Array& value = entry.leaf->value;
  const RowGradient& rows = entry.leaf->grad.rows();
  const Array& g = kept(entry.leaf->grad.elements());
  if (!value.contiguous()) value = value.contiguous_copy();
  const Dtype dtype = value.dtype();
  const Kept wanted = kept_slots(entry.group);
  Job job{.entry = &entry, .loop = loop(entry.group, dtype), .whole = {value.mutable_raw(), g.raw(), {}, g.size(), &value.shape()},
          .element = static_cast<std::int64_t>(size_of(dtype)), .first = entry.t == 0, .scalars = 0, .numbers = {}};
  if (rows.defined()) {
    job.rows = kept(rows.rows).data<std::int64_t>();
    job.width = value.dim(1);
  }
  Array made[max_slots];
  for (std::size_t j = 0; j < max_slots; ++j) {
    const std::optional<Shape> shape = wanted[j] ? slot_shape(j, value.shape()) : std::nullopt;
    if (!shape) continue;
    Array& slot = entry.slots[j];
    if (!slot.defined()) {
      made[j] = Array::zeros(*shape, dtype);
      job.fresh |= 1u << j;
      job.first = true;
    }
    job.whole.slots[j] = (slot.defined() ? slot : made[j]).mutable_raw();
  }
  for (std::size_t j = 0; j < max_slots; ++j)
    if (made[j].defined()) entry.slots[j] = std::move(made[j]);
  return job;
}

void Optimizer::zero_grad(bool set_to_none) {
  for (Entry& entry : entries_) {
    Leaf& leaf = *entry.leaf;
    if (set_to_none || leaf.abandoned()) leaf.zero_grad();
    Gradient& grad = leaf.grad;
    const Array& values = grad.elements();
    if (grad.is_rows()) grad = RowGradient{Array({0}, i64), Array({0, values.dim(1)}, values.dtype())};
    else if (grad.defined()) grad = Array::zeros(values.shape(), values.dtype());
  }
}

Parameters Optimizer::parameters() const {
  Parameters out;
  for (const Entry& entry : entries_) out.push_back({entry.name, entry.leaf});
  return out;
}

Parameters Optimizer::parameters(int group) const {
  check_group(group);
  Parameters out;
  for (const Entry& entry : entries_)
    if (entry.group == group) out.push_back({entry.name, entry.leaf});
  return out;
}

std::vector<Array> Optimizer::averages() const {
  std::vector<Array> out;
  for (const Entry& entry : entries_) {
    const Kept kept = kept_slots(entry.group);
    bool stepped = kept.mask != 0;
    for (std::size_t j = 0; j < max_slots; ++j) stepped &= !kept[j] || entry.slots[j].defined();
    out.push_back(stepped ? average(entry.group, entry.leaf->value, entry.slots) : Array{});
  }
  return out;
}

void Optimizer::check_group(int group) const {
  check<ValueError>(0 <= group && group < groups(), name(), ": there is no group ", group, "; it has ", groups());
}

double Optimizer::option(std::string_view option, int group) const {
  check_group(group);
  const OptionList list = option_list(group);
  const std::optional<Option> found = find_option(list, option);
  if (!found) fail_no_option(name(), list, option);
  return found->get();
}

bool Optimizer::has_option(std::string_view option, int group) const {
  check_group(group);
  return find_option(option_list(group), option).has_value();
}

void Optimizer::set_option(std::string_view option, double value, int group) {
  check_group(group);
  const OptionList list = option_list(group);
  const std::optional<Option> found = find_option(list, option);
  if (!found) fail_no_option(name(), list, option);
  SmallVector<double, 14> values;
  for (const Option& each : list) values.push_back(each.name() == option ? value : each.get());
  assign(group, {values.data(), values.size()}, true);
}

void Optimizer::set_option(std::string_view option, std::string_view text, int group) {
  check_group(group);
  const OptionList list = option_list(group);
  const std::optional<Option> found = find_option(list, option);
  if (!found) fail_no_option(name(), list, option);
  const std::optional<double> value = found->number(text);
  if (!value) found->fail_no_value(name(), text);
  set_option(option, *value, group);
}

std::optional<double> Optimizer::initial_lr(int group) const {
  check_group(group);
  return groups_[group].initial_lr;
}

void Optimizer::set_initial_lr(double lr, int group) {
  check_group(group);
  groups_[group].initial_lr = lr;
}

std::string Optimizer::describe() const {
  std::string out(name());
  for (int group = 0; group < groups(); ++group) {
    std::int64_t parameters = 0, elements = 0;
    for (const Entry& entry : entries_) {
      if (entry.group != group) continue;
      ++parameters;
      elements += entry.leaf->value.size();
    }
    out += text("\n  group ", group, ": ", parameters, parameters == 1 ? " parameter, " : " parameters, ", elements, " numbers\n    ",
                formula(group));
  }
  return out;
}

void Optimizer::add_watcher(StepWatcher& watcher) { watchers_.push_back(&watcher); }
void Optimizer::remove_watcher(StepWatcher& watcher) { std::erase(watchers_, &watcher); }

}  // namespace gradus::optim
