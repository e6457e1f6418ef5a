// In which order an epoch visits the samples: a sampler is anything with size() and order(seed, epoch), a pure function, so that an epoch
// can be had again; the loader gives its own seed. A batch sampler has size(), of batches, and batches(seed, epoch). Those that there are:
// samplers.h.
//   struct Backwards {
//     std::int64_t n;
//     std::int64_t size() const { return n; }
//     std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const { … }
//   };
//   data::DataLoader loader(dataset, Backwards{dataset.size()}, {.batch_size = 64});
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gradus::data {

// Samples in order, and where each batch ends: {{3, 1, 4, 1, 5}, {2, 5}} is (3, 1) and (4, 1, 5).
struct Batches {
  std::vector<std::int64_t> order, ends;
};

template <class S>
concept Sampler = requires(const S& sampler, std::uint64_t seed) {
  { sampler.size() } -> std::convertible_to<std::int64_t>;
  { sampler.order(seed, seed) } -> std::convertible_to<std::vector<std::int64_t>>;
};
template <class S>
concept BatchSampler = requires(const S& sampler, std::uint64_t seed) {
  { sampler.size() } -> std::convertible_to<std::int64_t>;
  { sampler.batches(seed, seed) } -> std::convertible_to<Batches>;
};

// Any sampler or batch sampler, or none.
class Order {
 public:
  static Order none() { return 0; }
  template <class S>
    requires(Sampler<S> || BatchSampler<S>)
  Order(S sampler)
      : sampler_(std::make_shared<const S>(std::move(sampler))),
        size_([](const void* s) -> std::int64_t { return static_cast<const S*>(s)->size(); }),
        make_([](const void* s, std::uint64_t seed, std::uint64_t epoch) {
          if constexpr (BatchSampler<S>) return Batches(static_cast<const S*>(s)->batches(seed, epoch));
          else return Batches{static_cast<const S*>(s)->order(seed, epoch), {}};
        }),
        in_batches_(BatchSampler<S>) {}

  bool given() const { return make_ != nullptr; }
  bool in_batches() const { return in_batches_; }
  std::int64_t size() const { return size_(sampler_.get()); }   // of samples, or of batches
  // ValueError for an index that is not in [0, samples), for as many samples or batches as size() does not say, for an empty batch.
  Batches make(std::uint64_t seed, std::uint64_t epoch, std::int64_t samples) const;

 private:
  Order(int) {}                                                 // none; {} is no Order, so that it means the options after it
  std::shared_ptr<const void> sampler_;
  std::int64_t (*size_)(const void*) = nullptr;
  Batches (*make_)(const void*, std::uint64_t, std::uint64_t) = nullptr;
  bool in_batches_ = false;
};

}  // namespace gradus::data
