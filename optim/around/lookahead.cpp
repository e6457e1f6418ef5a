#include <gradus/optim/around/lookahead.h>

#include <gradus/optim/kernels/partition.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {
namespace {

struct Pair {
  void* slow;
  void* fast;
  Dtype dtype;
};

}  // namespace

Lookahead::Lookahead(Optimizer& optimizer, const LookaheadOptions& options) : optimizer_(optimizer), options_(options) {
  check_options("Lookahead", options);
}

void Lookahead::set_options(const LookaheadOptions& options) {
  check_options("Lookahead", options);
  options_ = options;
}

void Lookahead::reset() {
  for (Followed& p : followed_) p.slow = {};
  steps_since_sync_ = 0;
}

// Groups are appended, so what is followed is the beginning of the optimizer's list.
void Lookahead::follow_new_groups() {
  if (groups_ == optimizer_.groups()) return;
  const Parameters all = optimizer_.parameters();
  for (std::size_t i = followed_.size(); i < all.size(); ++i) followed_.push_back({all[i].name, all[i].leaf, {}});
  groups_ = optimizer_.groups();
}

void Lookahead::step() {
  check<ValueError>(standing_in_ == 0, "Lookahead: step() while its slow weights stand in for the weights");
  follow_new_groups();
  std::size_t old = 0;               // how many have slow weights: the first ones
  for (; old < followed_.size() && followed_[old].slow.defined(); ++old) {
    const auto& [name, leaf, slow] = followed_[old];
    check<ShapeError>(leaf->value.shape() == slow.shape(), "Lookahead: ", name, " has shape ", leaf->value.shape(),
                      " but its slow weights have ", slow.shape());
    check<DtypeError>(leaf->value.dtype() == slow.dtype(), "Lookahead: ", name, " is ", leaf->value.dtype(), " but its slow weights are ",
                      slow.dtype());
  }
  const bool due = steps_since_sync_ + 1 >= options_.k;
  SmallVector<Pair, 16> pairs;       // all that synchronising needs is taken before the optimizer changes anything
  Partition row;
  try {
    for (std::size_t i = old; i < followed_.size(); ++i) followed_[i].slow = followed_[i].leaf->value.contiguous_copy();
    for (std::size_t i = 0; due && i < followed_.size(); ++i) {
      Followed& p = followed_[i];
      Array& value = p.leaf->value;
      if (!value.contiguous()) value = value.contiguous_copy();
      value.mutable_raw();           // unshared, as the optimizer's step leaves it
      pairs.push_back({p.slow.mutable_raw(), nullptr, value.dtype()});
      row.add(value.size());
    }
    optimizer_.step();
  } catch (...) {
    for (std::size_t i = old; i < followed_.size(); ++i) followed_[i].slow = {};
    throw;
  }
  ++steps_since_sync_;
  if (!due) return;
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].fast = followed_[i].leaf->value.mutable_raw();
  row.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    visit_floating(pairs[i].dtype, "Lookahead", [&]<class T>(T) {
      kernels::vector_loops().of(T{}).pull_back(static_cast<T*>(pairs[i].slow) + begin, static_cast<T*>(pairs[i].fast) + begin, end - begin,
                                                options_.alpha);
    });
  });
  steps_since_sync_ = 0;
  if (options_.reset_state) optimizer_.reset_state();
}

State Lookahead::state() const {
  State state = optimizer_.state();
  write_options(state.values, "lookahead.", options_of(options_));
  state.values["lookahead.steps_since_sync"] = std::to_string(steps_since_sync_);
  std::int64_t followed = 0;
  for (const Followed& p : followed_) {
    if (!p.slow.defined()) break;
    state.arrays[p.name + ".slow"] = p.slow;
    ++followed;
  }
  state.values["lookahead.followed"] = std::to_string(followed);
  return state;
}

void Lookahead::load_state(const State& given) {
  State state = given;               // what is left in the end is the optimizer's
  LookaheadOptions options = options_;
  StateReader reader(given);
  read_options(reader, "lookahead.", options_of(options));
  const std::int64_t since = reader.count("lookahead.steps_since_sync"), count = reader.count("lookahead.followed");
  std::erase_if(state.values, [](const auto& fact) { return fact.first.starts_with("lookahead."); });

  std::vector<Followed> followed;
  for (const auto& [name, leaf] : optimizer_.parameters()) {
    Followed& p = followed.emplace_back(Followed{name, leaf, {}});
    if (static_cast<std::int64_t>(followed.size()) > count) continue;
    p.slow = reader.array(name + ".slow", leaf->value.shape(), leaf->value.dtype());
    state.arrays.erase(name + ".slow");
  }
  if (count > static_cast<std::int64_t>(followed.size()))
    reader.problem("it follows ", count, " parameters, the optimizer has ", followed.size());
  reader.finish("Lookahead: the state does not fit");
  check_options("Lookahead", options);
  check<ValueError>(since < options.k, "Lookahead: lookahead.steps_since_sync is ", since, ", but it is below k = ", options.k);
  optimizer_.load_state(state);
  options_ = options;
  followed_ = std::move(followed);
  groups_ = optimizer_.groups();
  steps_since_sync_ = since;
}

void Lookahead::save(const FileName& file) const { save_state(file, state()); }

void Lookahead::load(const FileName& file) { load_state(read_state(file)); }

std::string Lookahead::describe() const {
  return text(optimizer_.describe(), "\n  Lookahead\n    every ", options_.k, options_.k == 1 ? " step: " : " steps: ", "slow ← slow + ",
              options_.alpha, "·(w − slow);  w ← slow", options_.reset_state ? ";  the optimizer starts anew" : "");
}

}  // namespace gradus::optim
