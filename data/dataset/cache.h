// A dataset whose samples are made once, when they are first asked for, and kept in memory: for those that are read or computed slowly.
//   data::DataLoader loader(data::map(data::cache(photographs), augment), {.batch_size = 64, .shuffle = true, .workers = 2});
// Several threads may ask at once. What is random in a sample is drawn once, from numbers that hang from the seed and the sample's number,
// so it does not matter which epoch asks first; what should differ from epoch to epoch stands around the cache. Copies share it.
#pragma once
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include <gradus/data/dataset/dataset.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data {

template <Dataset D>
class Cached {
 public:
  explicit Cached(D dataset, std::uint64_t seed = 0) : state_(std::make_shared<State>(std::move(dataset), seed)) {}
  std::int64_t size() const { return state_->dataset.size(); }
  // What making it throws is thrown, and nothing is kept. Two threads that are first at once both make it, and one of the two, which are
  // equal, stays.
  SampleOf<D> get(std::int64_t i) const {
    check_index(i, static_cast<std::int64_t>(state_->samples.size()), "Cached");
    std::atomic<const SampleOf<D>*>& place = state_->samples[static_cast<std::size_t>(i)];
    if (const auto* made = place.load(std::memory_order_acquire)) return *made;
    const GeneratorScope numbers(sample_generator(state_->seed, split_epoch, i));
    auto mine = std::make_unique<const SampleOf<D>>(state_->dataset.get(i));
    const SampleOf<D>* theirs = nullptr;
    if (place.compare_exchange_strong(theirs, mine.get(), std::memory_order_acq_rel)) theirs = mine.release();
    return *theirs;
  }

 private:
  struct State {
    State(D d, std::uint64_t of) : dataset(std::move(d)), seed(of), samples(static_cast<std::size_t>(dataset.size())) {}
    ~State() { for (auto& sample : samples) delete sample.load(); }
    D dataset;
    std::uint64_t seed;
    std::vector<std::atomic<const SampleOf<D>*>> samples;
  };
  std::shared_ptr<State> state_;
};
template <Dataset D> Cached<D> cache(D dataset, std::uint64_t seed = 0) { return Cached<D>(std::move(dataset), seed); }

}  // namespace gradus::data
