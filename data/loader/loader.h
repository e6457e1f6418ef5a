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
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/state/state.h>
#include <gradus/autograd/base/describe/options.h>
#include <gradus/data/dataset/dataset.h>
#include <gradus/data/loader/collate.h>
#include <gradus/data/loader/prefetcher.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data {

struct LoaderOptions {
  std::int64_t batch_size = 64;
  bool shuffle = false;          // a new order every epoch
  std::optional<std::uint64_t> seed = {};   // of orders and samples; none: drawn from default_generator() when the first epoch begins
  bool drop_last = false;        // leave out the last batch when it is not full
  int workers = 0;               // threads that make batches; 0: the loop itself makes them
  int prefetch = 2;              // batches each worker keeps ready

  void describe(Describe& is) const {
    is(range::at_least_one, batch_size, prefetch);
    is(range::at_least_zero, workers);
    is.unsaved(seed, workers, prefetch);
  }
};

namespace detail {
// Where a loader is: the seed of its epochs, if it has been drawn, and the epoch and batch that come next.
struct LoaderPlace {
  std::optional<std::uint64_t> seed;
  std::uint64_t epoch;
  std::int64_t batch;
};
State state_of_loader(const LoaderOptions& options, std::int64_t samples, const LoaderPlace& place);
// ValueError
LoaderPlace read_state_of_loader(const State& state, const LoaderOptions& options, std::int64_t samples, std::int64_t batches);
// Inside a catch block: throws what was caught again, of the same kind, `where` put before its message.
[[noreturn]] void rethrow_with(const std::string& where);
void give_up(void* lost);   // in the child of a fork: keeps what can neither be used nor destroyed
std::string describe_batch(std::int64_t number, std::span<const std::int64_t> indices);

template <class D, class Collate>
concept MakesBatches = std::invocable<const Collate&, std::span<SampleOf<D>>>;

template <class D, class Collate>
struct Source {
  D dataset;
  Collate collate;
};

// One epoch's order, the ring of batches and the threads that fill it; stays in place while the loader moves, and lives as long as a loop
// over it.
template <class D, class Collate>
class LoaderEngine {
 public:
  static constexpr bool whole_batches = BatchDataset<D> && std::same_as<Collate, Stack>;
  static auto make_batch(const D& dataset, const Collate& collate, std::span<const std::int64_t> indices, std::span<SampleOf<D>> samples) {
    if constexpr (whole_batches) return dataset.get_batch(indices);
    else return collate(samples);
  }
  using Batch = decltype(make_batch(std::declval<const D&>(), std::declval<const Collate&>(), {}, {}));

  LoaderEngine(std::shared_ptr<const Source<D, Collate>> source, const LoaderOptions& options, std::uint64_t seed)
      : source_(std::move(source)), options_(options), seed_(seed) {}
  ~LoaderEngine() { give_up_lost_ring(); }
  LoaderEngine(const LoaderEngine&) = delete;

  void start(std::uint64_t epoch, std::int64_t first, std::int64_t batches) {
    stop();
    epoch_ = epoch;
    next_ = first;
    end_ = batches;
    order_.resize(static_cast<std::size_t>(source_->dataset.size()));
    if (options_.shuffle) shuffled_order(order_, seed_, epoch);
    else sequential_order(order_);
    ++run_;
    running_ = true;
    given_ = first;
    if (ring_) ring_->prefetcher.start(next_, end_);
    else ring();
  }
  void stop() {
    running_ = false;
    give_up_lost_ring();
    if (ring_) ring_->prefetcher.stop();
  }
  std::uint64_t run() const { return run_; }
  bool in_the_middle() const { return running_ && given_ < end_; }   // of an epoch
  std::uint64_t epoch() const { return epoch_; }
  std::int64_t given() const { return given_; }                      // batches, the one that the loop is at too once it has been asked for
  Batch& current() {
    Ring& now = ring();
    given_ = next_ + 1;
    return *now.slots[now.prefetcher.wait()].batch;
  }
  void advance() {
    ring().prefetcher.advance();
    ++next_;
  }

 private:
  struct Slot {
    std::vector<SampleOf<D>> samples;
    std::optional<Batch> batch;
  };
  struct Ring {
    explicit Ring(const LoaderEngine& e) : engine(e), prefetcher(e.options_.workers, e.options_.prefetch, &LoaderEngine::make, this) {
      slots = std::vector<Slot>(prefetcher.slots());
    }
    const LoaderEngine& engine;
    std::vector<Slot> slots;
    Prefetcher prefetcher;   // last: its threads end before the rest goes
  };

  // In the child of a fork it may have batches half made, and a lock that nobody will open.
  void give_up_lost_ring() {
    if (ring_ && ring_->prefetcher.lost()) give_up(ring_.release());
  }
  Ring& ring() {
    give_up_lost_ring();
    if (!ring_) {
      ring_ = std::make_unique<Ring>(*this);
      ring_->prefetcher.start(next_, end_);
    }
    return *ring_;
  }

  std::span<const std::int64_t> indices(std::int64_t number) const {
    const auto begin = static_cast<std::size_t>(number * options_.batch_size);
    const auto size = static_cast<std::size_t>(options_.batch_size), left = order_.size() - begin;
    return std::span(order_).subspan(begin, size < left ? size : left);
  }

  // The old batch goes in the thread that makes the new one, which so gets the same memory again.
  static void make(void* self, std::int64_t number, std::size_t at) {
    Ring& ring = *static_cast<Ring*>(self);
    const LoaderEngine& engine = ring.engine;
    Slot& slot = ring.slots[at];
    const auto indices = engine.indices(number);
    slot.batch.reset();
    slot.samples.clear();
    if constexpr (!whole_batches) {
      slot.samples.reserve(indices.size());
      for (const std::int64_t i : indices) {
        const GeneratorScope numbers(sample_generator(engine.seed_, engine.epoch_, i));
        try {
          slot.samples.push_back(engine.source_->dataset.get(i));
        } catch (...) {
          rethrow_with(text("DataLoader: sample ", i, ": "));
        }
      }
    }
    const GeneratorScope numbers(batch_generator(engine.seed_, engine.epoch_, number));
    try {
      slot.batch.emplace(make_batch(engine.source_->dataset, engine.source_->collate, indices, slot.samples));
    } catch (...) {
      rethrow_with(describe_batch(number, indices));
    }
    slot.samples.clear();
  }

  std::shared_ptr<const Source<D, Collate>> source_;
  LoaderOptions options_;
  std::uint64_t seed_, epoch_ = 0, run_ = 0;
  std::int64_t next_ = 0, end_ = 0;   // the batch that the loop is at, where to stop
  std::int64_t given_ = 0;
  bool running_ = false;
  std::vector<std::int64_t> order_;
  std::unique_ptr<Ring> ring_;
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
  static_assert(!Dataset<D> || detail::MakesBatches<D, Collate>, "DataLoader: the third argument makes a batch of a span of samples");

 public:
  explicit DataLoader(D, LoaderOptions = {}, Collate = {}) {}
  const D* begin() const { return nullptr; }
  const D* end() const { return nullptr; }
};

template <Dataset D, class Collate>
  requires(BatchDataset<D> || detail::MakesBatches<D, Collate>)
class DataLoader<D, Collate> {
  using Engine = detail::LoaderEngine<D, Collate>;

 public:
  using Batch = typename Engine::Batch;

  // The dataset is moved or copied into the loader. ValueError unless batch_size >= 1, workers >= 0, prefetch >= 1.
  explicit DataLoader(D dataset, LoaderOptions options = {}, Collate collate = {})
      : source_(new const detail::Source<D, Collate>{std::move(dataset), std::move(collate)}), options_(options) {
    check_options("DataLoader", options_);
  }
  // A copy shares the dataset and goes on from the same epoch, with threads of its own; with the same orders, if the seed was given or has
  // been drawn. A moved loader takes its threads along, and what is left can only be assigned to (ValueError). A loop goes on over what it
  // began with when its loader is assigned to.
  DataLoader(const DataLoader& o) : source_(o.source_), options_(o.options_), epoch_(o.epoch_), first_(o.first_) {}
  DataLoader(DataLoader&&) = default;
  DataLoader& operator=(const DataLoader& o) { return *this = DataLoader(o); }
  DataLoader& operator=(DataLoader&&) = default;

  const D& dataset() const {
    check<ValueError>(source_ != nullptr, "DataLoader: it was moved from and has no dataset any more; use the one it was moved to");
    return source_->dataset;
  }
  const LoaderOptions& options() const { return options_; }
  std::int64_t size() const {                           // batches in an epoch
    const std::int64_t n = dataset().size(), b = options_.batch_size;
    return n / b + (!options_.drop_last && n % b != 0);
  }
  std::int64_t samples() const {                        // samples in an epoch
    const std::int64_t n = dataset().size();
    return options_.drop_last ? n - n % options_.batch_size : n;
  }

  // The epoch that the next begin() plays, and the batch it starts at (for going on in the middle of one).
  void set_epoch(std::uint64_t epoch, std::int64_t first_batch = 0) {
    check<ValueError>(0 <= first_batch && first_batch <= size(), "DataLoader: no batch ", first_batch, "; an epoch has ", size());
    epoch_ = epoch;
    first_ = first_batch;
  }
  std::uint64_t epoch() const { return epoch_; }
  // The seed of all epochs, with which (and set_epoch) another loader gives the same batches; drawn now, if it has not been yet.
  std::uint64_t seed() {
    if (!options_.seed) options_.seed = default_generator().fork();
    return *options_.seed;
  }

  // The seed, if it has been given or drawn, and the place: the epoch and batch that come next, in a running loop the batch after the one
  // that it is at. load_state() makes the next loop begin there. ValueError, with nothing changed, unless the dataset has as many samples,
  // and batch_size, shuffle and drop_last are the same; workers may differ.
  State state() const {
    const bool middle = engine_ && engine_->in_the_middle();
    return detail::state_of_loader(options_, dataset().size(),
                                   {options_.seed, middle ? engine_->epoch() : epoch_, middle ? engine_->given() : first_});
  }
  void load_state(const State& state) {
    const detail::LoaderPlace place = detail::read_state_of_loader(state, options_, dataset().size(), size());
    options_.seed = place.seed;
    epoch_ = place.epoch;
    first_ = place.batch;
    engine_.reset();
  }

  // A position in a running epoch. *it throws what making the batch threw. Destroying it ends the epoch, so leaving the loop early is fine.
  class Iterator {
   public:
    Iterator(std::shared_ptr<Engine> engine, std::int64_t at, std::int64_t end)
        : engine_(std::move(engine)), run_(engine_->run()), at_(at), end_(end) {}
    Iterator(Iterator&&) noexcept = default;
    Iterator& operator=(Iterator&&) = delete;
    ~Iterator() { if (engine_ && engine_->run() == run_) engine_->stop(); }

    Batch& operator*() const {
      check<ValueError>(engine_->run() == run_,
                        "DataLoader: another loop over the same loader has begun; copy the loader to run two at once");
      return engine_->current();
    }
    Iterator& operator++() {
      if (engine_->run() == run_) engine_->advance();
      ++at_;
      return *this;
    }
    struct End {};
    friend bool operator==(const Iterator& it, End) { return it.at_ >= it.end_; }

   private:
    std::shared_ptr<Engine> engine_;
    std::uint64_t run_;
    std::int64_t at_, end_;
  };

  // Starts the next epoch, and ends the one that may still run.
  Iterator begin() {
    const std::int64_t batches = size();
    if (!engine_) engine_ = std::make_shared<Engine>(source_, options_, seed());
    const std::int64_t first = std::exchange(first_, 0);
    engine_->start(epoch_++, first, batches);
    return Iterator(engine_, first, batches);
  }
  typename Iterator::End end() const { return {}; }

 private:
  std::shared_ptr<const detail::Source<D, Collate>> source_;
  LoaderOptions options_;
  std::uint64_t epoch_ = 0;
  std::int64_t first_ = 0;
  std::shared_ptr<Engine> engine_;
};

}  // namespace gradus::data
