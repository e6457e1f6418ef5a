// DataLoader: batches of a dataset, in order or shuffled, made ahead by worker threads.
//   data::DataLoader loader(dataset, {.batch_size = 64, .shuffle = true, .workers = 1});
//   for (int epoch = 0; epoch < 10; ++epoch)
//     for (auto [image, label] : loader) …                       // image [64, 1, 28, 28], label [64]
// Which samples are in which batch depends on (seed, epoch) alone: any number of workers gives the same batches in the same order. So do
// random numbers: while the dataset makes a sample (or a whole batch, or the samples are collated), the thread's default_generator() is
// one that depends on (seed, epoch, index) alone, and what was there before comes back afterwards.
// In the child of a fork a loader goes on where it is, with workers of its own.
// Samples become a batch by the dataset's get_batch if it has one, else by Stack (collate.h), or by a function of your own:
//   data::DataLoader loader(texts, {}, [](std::span<std::string> lines) { return tokenize(lines); });
// The order may come from a sampler (sampler/order.h); streams are loaded as well (loader/stream_loader.h):
//   data::DataLoader loader(dataset, data::WeightedSampler(weights), {.batch_size = 64});
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/data/dataset/dataset.h>
#include <gradus/data/loader/collate.h>
#include <gradus/data/loader/engine.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data {

namespace detail {

template <class Sample, class Collate>
concept MakesBatches = std::invocable<const Collate&, std::span<Sample>>;

template <class Sample, class Batch>
struct Slot {
  std::vector<Sample> samples;
  std::optional<Batch> batch;
};

template <class D, class Collate>
class DatasetEngine;
template <class D, class Collate>
struct DatasetSource {
  using Engine = DatasetEngine<D, Collate>;
  LoaderSizes sizes(const LoaderOptions& options) const { return sizes_of(options, dataset.size(), order); }
  D dataset;
  Collate collate;
  Order order;
};
template <class D, class Collate> inline constexpr bool whole_batches = BatchDataset<D> && std::same_as<Collate, Stack>;
template <class D, class Collate>
auto make_batch(const D& dataset, const Collate& collate, std::span<const std::int64_t> indices, std::span<SampleOf<D>> samples) {
  if constexpr (whole_batches<D, Collate>) return dataset.get_batch(indices);
  else return collate(samples);
}
template <class D, class Collate>
using BatchMade = decltype(make_batch(std::declval<const D&>(), std::declval<const Collate&>(), {}, {}));

template <class D, class Collate>
class DatasetEngine final : public EngineOf<BatchMade<D, Collate>> {
  using Made = Slot<SampleOf<D>, BatchMade<D, Collate>>;
  using Slots = std::vector<Made>;

 public:
  DatasetEngine(std::shared_ptr<const DatasetSource<D, Collate>> source, const LoaderOptions& options, std::uint64_t seed)
      : EngineOf<BatchMade<D, Collate>>(options, seed), source_(std::move(source)) {}
  ~DatasetEngine() override { this->close(); }
  BatchMade<D, Collate>& batch() override {
    this->give();
    const auto at = this->current();
    return *(*static_cast<Slots*>(at.ring))[at.slot].batch;
  }
  void start(std::uint64_t epoch, std::int64_t first, std::int64_t end) {
    this->stop();
    order_.draw(this->options_, source_->dataset.size(), source_->order, this->seed_, epoch);
    LoaderEngine::start(epoch, first, end);
  }

 private:
  std::shared_ptr<void> make_ring(std::size_t slots) override { return std::make_shared<Slots>(slots); }
  // The old batch goes in the thread that makes the new one, which so gets the same memory again.
  void make(void* slots, std::int64_t number, std::size_t at) override {
    Made& slot = (*static_cast<Slots*>(slots))[at];
    const auto indices = order_.batch(number);
    slot.batch.reset();
    slot.samples.clear();
    if constexpr (!whole_batches<D, Collate>) {
      slot.samples.reserve(indices.size());
      for (const std::int64_t i : indices) {
        const GeneratorScope numbers(sample_generator(this->seed_, this->epoch_, i));
        try {
          slot.samples.push_back(source_->dataset.get(i));
        } catch (...) {
          rethrow_with(text("DataLoader: sample ", i, ": "));
        }
      }
    }
    const GeneratorScope numbers(batch_generator(this->seed_, this->epoch_, number));
    try {
      slot.batch.emplace(make_batch(source_->dataset, source_->collate, indices, std::span(slot.samples)));
    } catch (...) {
      if constexpr (whole_batches<D, Collate>) name_sample(indices);
      rethrow_with(describe_batch(number, indices));
    }
    slot.samples.clear();
  }
  // A batch could not be made: throws in the name of the first sample that cannot be made alone either.
  void name_sample(std::span<const std::int64_t> indices) const {
    for (std::size_t k = 0; k < indices.size(); ++k) {
      try {
        source_->dataset.get_batch(indices.subspan(k, 1));
      } catch (...) {
        rethrow_with(text("DataLoader: sample ", indices[k], ": "));
      }
    }
  }

  std::shared_ptr<const DatasetSource<D, Collate>> source_;
  EpochOrder order_;
};

}  // namespace detail

// Of something that is no dataset: what it lacks, in one line.
template <class D, class Collate = Stack>
class DataLoader {
  static constexpr bool size = requires(D& dataset) { dataset.size(); }, const_size = requires(const D& dataset) { dataset.size(); };
  static constexpr bool get = requires(D& dataset) { dataset.get(0); }, const_get = requires(const D& dataset) { dataset.get(0); };
  static_assert(size, "DataLoader: a dataset tells the number of its samples: dataset.size()");
  static_assert(!size || const_size, "DataLoader: dataset.size() must work for a const dataset; declare the function const");
  static_assert(get, "DataLoader: a dataset gives sample number i: dataset.get(i)");
  static_assert(!get || const_get, "DataLoader: dataset.get(i) must work for a const dataset; declare the function const");
  static_assert(!Dataset<D> || detail::MakesBatches<SampleOf<D>, Collate>,
                "DataLoader: the last argument makes a batch of a span of samples");

 public:
  explicit DataLoader(D, LoaderOptions = {}, Collate = {}) {}
  DataLoader(D, Order, LoaderOptions = {}, Collate = {}) {}
  const D* begin() const { return nullptr; }
  const D* end() const { return nullptr; }
};

template <Dataset D, class Collate>
  requires(BatchDataset<D> || detail::MakesBatches<SampleOf<D>, Collate>)
class DataLoader<D, Collate> : public detail::LoaderOf<detail::DatasetSource<D, Collate>> {
  using Source = detail::DatasetSource<D, Collate>;
  using Base = detail::LoaderOf<Source>;

 public:
  // The dataset is moved or copied into the loader. ValueError unless batch_size >= 1, workers >= 0, prefetch >= 1.
  explicit DataLoader(D dataset, LoaderOptions options = {}, Collate collate = {})
      : Base(std::shared_ptr<const Source>(new Source{std::move(dataset), std::move(collate), Order::none()}), options) {
    detail::check_loader(options, true, "");
  }
  // In the order of a sampler, with the loader's seed. A batch sampler makes the batches, too: batch_size and drop_last say nothing then.
  // ValueError: shuffle, too. A sampler that asks for a sample that there is not is an error when an epoch begins.
  DataLoader(D dataset, Order order, LoaderOptions options = {}, Collate collate = {})
      : Base(std::shared_ptr<const Source>(new Source{std::move(dataset), std::move(collate), std::move(order)}), options) {
    detail::check_loader(options, false, "goes with no sampler, which says in which order samples come; data::RandomSampler shuffles");
  }

  const D& dataset() const { return this->source().dataset; }
  std::int64_t size() const { return this->sizes().batches; }   // batches in an epoch
  std::int64_t samples() const {                                // samples in an epoch; of a batch sampler: of the dataset
    const Order& order = this->source().order;
    const std::int64_t n = order.given() && !order.in_batches() ? order.size() : dataset().size(), b = this->options().batch_size;
    return this->options().drop_last && !order.in_batches() ? n - n % b : n;
  }
};

}  // namespace gradus::data
