#include <gradus/optim/around/weight_average.h>

#include <gradus/optim/driver/internal/checked_parameters.h>
#include <gradus/optim/kernels/partition.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {
namespace {

// One average to move by `share` of the way to the weights.
struct Pull {
  void* average;
  Array weights;
  double share;
};

void run(const SmallVector<Pull, 16>& pulls) {
  Partition row;
  for (const Pull& pull : pulls) row.add(pull.weights.size());
  row.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    const Pull& pull = pulls[i];
    visit_floating(pull.weights.dtype(), "average", [&]<class T>(T) {
      kernels::vector_loops().of(T{}).pull(static_cast<T*>(pull.average) + begin, pull.weights.data<T>() + begin, end - begin, pull.share);
    });
  });
}

}  // namespace

WeightAverage::WeightAverage(std::string_view name, const Parameters& parameters, std::optional<double> decay, bool use_buffers,
                             Buffers buffers)
    : decay_(decay), use_buffers_(use_buffers), name_(name), visit_buffers_(std::move(buffers)) {
  if (decay_) check_options(name_, EMAOptions{*decay_, use_buffers});
  check<ValueError>(!use_buffers || visit_buffers_, name_, ": use_buffers needs to see the buffers: "
                    "give a third argument, [&](const auto& visit) { nn::each_buffer(net, visit); }");
  add_parameters(parameters);
  follow_buffers();
}

void WeightAverage::add_parameters(const Parameters& parameters) {
  const Parameters fresh = checked_parameters(name_, parameters, this->parameters());
  entries_.reserve(entries_.size() + fresh.size());
  for (const auto& [name, leaf] : fresh) entries_.push_back({name, leaf, {}, 0});
}

Parameters WeightAverage::parameters() const {
  Parameters out;
  for (const Entry& entry : entries_) out.push_back({entry.name, entry.leaf});
  return out;
}

// Buffers come in the same order nearly always; one that is new gets a place.
std::size_t WeightAverage::place_of_buffer(std::string_view name, std::size_t guess) {
  if (guess < buffers_.size() && buffers_[guess].name == name) return guess;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    if (buffers_[i].name == name) return i;
  for (const Entry& entry : entries_)
    check<ValueError>(entry.name != name, name_, ": a buffer and a parameter are named ", name, "; state is kept by name");
  buffers_.push_back({std::string(name), {}, {}, 0});
  return buffers_.size() - 1;
}

void WeightAverage::follow_buffers() {
  std::size_t guess = 0;
  auto follow = [&](std::string_view name, Array&) { place_of_buffer(name, guess++); };
  if (visit_buffers_) visit_buffers_(std::ref(follow));   // a reference: a std::function would ask for memory
}

void WeightAverage::update() {
  check<ValueError>(standing_in_ == 0, name_, ": update() while its averages stand in for the weights, which would average the averages");
  struct Job {
    Entry* entry;
    Array now, fresh;                    // fresh: the new average where it is not computed in place
  };
  SmallVector<Job, 16> jobs;
  for (Entry& entry : entries_) {
    check_not_abandoned(name_, entry.name, *entry.leaf);
    jobs.push_back({&entry, entry.leaf->value, {}});
  }
  if (visit_buffers_) {
    follow_buffers();                    // first, for places to stay where they are
    std::size_t guess = 0;
    auto take = [&](std::string_view name, Array& buffer) { jobs.push_back({&buffers_[place_of_buffer(name, guess++)], buffer, {}}); };
    visit_buffers_(std::ref(take));
  }
  for (const auto& [entry, now, fresh] : jobs) {
    if (entry->updates == 0) continue;
    const Array& average = entry->average;
    check<ShapeError>(now.shape() == average.shape(), name_, ": ", entry->name, " has shape ", now.shape(), " but its average has ",
                      average.shape());
    check<DtypeError>(now.dtype() == average.dtype(), name_, ": ", entry->name, " is ", now.dtype(), " but its average is ",
                      average.dtype());
  }
  // Whatever can fail (memory) comes before the first change.
  SmallVector<Pull, 16> pulls;
  for (Job& job : jobs) {
    const bool averaged = job.entry->leaf || (use_buffers_ && computes_in(job.now.dtype()));
    if (!averaged) job.fresh = job.now;
    else if (job.entry->updates == 0) job.fresh = job.now.contiguous_copy();
    else
      pulls.push_back({job.entry->average.mutable_raw(), job.now.as_contiguous(),
                       decay_ ? 1 - *decay_ : 1 / static_cast<double>(job.entry->updates + 1)});
  }
  run(pulls);
  for (Job& job : jobs) {
    if (job.fresh.defined()) job.entry->average = std::move(job.fresh);
    ++job.entry->updates;
  }
  ++updates_;
}

std::string WeightAverage::describe() const {
  std::int64_t elements = 0;
  for (const Entry& entry : entries_) elements += entry.leaf->value.size();
  const bool one = entries_.size() == 1;
  std::string out = text(name_, "\n  ", entries_.size(), one ? " parameter, " : " parameters, ", elements, " numbers, ", updates_,
                         updates_ == 1 ? " update" : " updates");
  if (visit_buffers_) out += use_buffers_ ? ", buffers averaged" : ", buffers copied";
  return out + (decay_ ? text("\n    a ← w at first, then a ← ", *decay_, "·a + ", 1 - *decay_, "·w")
                       : "\n    a ← w at first, then a ← a + (w − a)/(n + 1)");
}

void EMA::set_decay(double decay) {
  check_options("EMA", EMAOptions{decay, use_buffers_});
  decay_ = decay;
}

}  // namespace gradus::optim
