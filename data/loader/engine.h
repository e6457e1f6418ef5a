// What loaders of all kinds share: the ring of batches, the threads that fill it, and which of them a loop is at. Knows no dataset.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/state/state.h>
#include <gradus/data/loader/prefetcher.h>
#include <gradus/data/sampler/order.h>

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
  std::uint64_t epoch = 0;
  std::int64_t batch = 0;
};
// Samples of the dataset and of a sampler, batches of an epoch; -1: there is none, nobody knows.
struct LoaderSizes {
  std::int64_t dataset = -1, order = -1, batches = -1;
  std::int64_t end() const { return batches < 0 ? std::numeric_limits<std::int64_t>::max() : batches; }
};
State state_of_loader(const LoaderOptions& options, const LoaderSizes& sizes, const LoaderPlace& place);
LoaderPlace read_state_of_loader(const State& state, const LoaderOptions& options, const LoaderSizes& sizes);   // ValueError
LoaderSizes sizes_of(const LoaderOptions& options, std::int64_t dataset, const Order& order);
std::string describe_batch(std::int64_t number, std::span<const std::int64_t> indices);
void check_has_dataset(bool has);               // ValueError of a loader that was moved from
void check_loader(const LoaderOptions& options, bool shuffles, const char* why);   // ValueError; unless it shuffles it must not be told to
void check_first_batch(std::int64_t first, const LoaderSizes& sizes);

// An epoch's samples, batch by batch.
class EpochOrder {
 public:
  void draw(const LoaderOptions& options, std::int64_t dataset, const Order& order, std::uint64_t seed, std::uint64_t epoch);
  std::span<const std::int64_t> batch(std::int64_t number) const;

 private:
  Batches batches_;                              // without ends: all of one size but the last
  std::int64_t batch_size_ = 1;
};

// One epoch after the other; stays in place while the loader moves, and lives as long as a loop over it.
class LoaderEngine {
 public:
  LoaderEngine(const LoaderOptions& options, std::uint64_t seed);
  LoaderEngine(const LoaderEngine&) = delete;
  virtual ~LoaderEngine();

  void start(std::uint64_t epoch, std::int64_t first, std::int64_t end);   // batches first to end - 1, or those that there are
  void stop();
  std::uint64_t run() const { return run_; }
  bool in_the_middle() const { return running_ && given_ < end_; }   // of an epoch
  std::uint64_t epoch() const { return epoch_; }
  std::int64_t given() const { return given_; }                      // batches, the one that the loop is at too once it has been asked for
  void advance();
  virtual bool over() { return next_ >= end_; }                      // is there no batch for the loop to be at?

 protected:
  // What a ring's threads touch: slots of batches, and what else they need. Given up, with whatever half made things it has, in the child
  // of a fork.
  virtual std::shared_ptr<void> make_ring(std::size_t slots) = 0;
  virtual void begin(void*, std::int64_t /*first*/) {}                // of an epoch; no thread is in make()
  virtual void interrupt(void*) {}                                   // whoever waits in make() is to return
  virtual void make(void* ring, std::int64_t number, std::size_t at) = 0;

  void close();                                                      // for the destructor of a derived class
  struct Place {
    void* ring;
    std::size_t slot;
  };
  Place current();                                                   // of the batch that the loop is at, once made
  void give();                                                       // the loop has it

  LoaderOptions options_;
  std::uint64_t seed_, epoch_ = 0;

 private:
  struct Ring;
  void give_up_lost_ring();
  Ring& ring();
  std::uint64_t run_ = 0;
  std::int64_t next_ = 0, end_ = 0;   // the batch that the loop is at, where to stop
  std::int64_t given_ = 0;
  bool running_ = false;
  std::unique_ptr<Ring> ring_;
};

// One whose batches are of this type.
template <class T>
class EngineOf : public LoaderEngine {
 public:
  using Batch = T;
  using LoaderEngine::LoaderEngine;
  virtual Batch& batch() = 0;                                        // that the loop is at
};

}  // namespace detail

// A position in a running epoch. *it throws what making the batch threw. Destroying it ends the epoch, so leaving the loop early is fine.
template <class Batch>
class LoaderIterator {
  using Engine = detail::EngineOf<Batch>;

 public:
  LoaderIterator(std::shared_ptr<Engine> engine, std::int64_t at, std::int64_t end)
      : engine_(std::move(engine)), run_(engine_->run()), at_(at), end_(end) {}
  LoaderIterator(LoaderIterator&&) noexcept = default;
  LoaderIterator& operator=(LoaderIterator&&) = delete;
  ~LoaderIterator() { if (engine_ && engine_->run() == run_) engine_->stop(); }

  Batch& operator*() const {
    check<ValueError>(engine_->run() == run_,
                      "DataLoader: another loop over the same loader has begun; copy the loader to run two at once");
    return engine_->batch();
  }
  LoaderIterator& operator++() {
    if (engine_->run() == run_) engine_->advance();
    ++at_;
    return *this;
  }
  struct End {};
  friend bool operator==(const LoaderIterator& it, End) {
    return it.at_ >= it.end_ || (it.engine_->run() == it.run_ && it.engine_->over());
  }

 private:
  std::shared_ptr<Engine> engine_;
  std::uint64_t run_;
  std::int64_t at_, end_;
};

namespace detail {

// What a loader is besides what it loads: Source has an Engine, and sizes(options).
template <class Source>
class LoaderOf {
 public:
  using Engine = typename Source::Engine;
  using Batch = typename Engine::Batch;

  LoaderOf(std::shared_ptr<const Source> source, const LoaderOptions& options) : source_(std::move(source)), options_(options) {}
  // A copy shares the dataset and goes on from the same epoch, with threads of its own; with the same orders, if the seed was given or has
  // been drawn. A moved loader takes its threads along, and what is left can only be assigned to (ValueError). A loop goes on over what it
  // began with when its loader is assigned to.
  LoaderOf(const LoaderOf& o) : source_(o.source_), options_(o.options_), epoch_(o.epoch_), first_(o.first_) {}
  LoaderOf(LoaderOf&&) = default;
  LoaderOf& operator=(const LoaderOf& o) { return *this = LoaderOf(o); }
  LoaderOf& operator=(LoaderOf&&) = default;

  const LoaderOptions& options() const { return options_; }

  // The epoch that the next begin() plays, and the batch it starts at (for going on in the middle of one).
  void set_epoch(std::uint64_t epoch, std::int64_t first_batch = 0) {
    check_first_batch(first_batch, sizes());
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
  // that it is at. load_state() makes the next loop begin there. ValueError, with nothing changed, unless dataset and sampler have as many
  // samples, and batch_size, shuffle and drop_last are the same; workers may differ. Of a stream in the middle of an epoch nobody knows
  // whether it has another batch: a loop that goes on behind the last one is empty, and the next is a new epoch.
  State state() const {
    const bool middle = engine_ && engine_->in_the_middle();
    return state_of_loader(options_, sizes(), {options_.seed, middle ? engine_->epoch() : epoch_, middle ? engine_->given() : first_});
  }
  void load_state(const State& state) {
    const LoaderPlace place = read_state_of_loader(state, options_, sizes());
    options_.seed = place.seed;
    epoch_ = place.epoch;
    first_ = place.batch;
    engine_.reset();
  }

  // Starts the next epoch, and ends the one that may still run.
  LoaderIterator<Batch> begin() {
    const std::int64_t batches = sizes().end();
    if (!engine_) engine_ = std::make_shared<Engine>(source_, options_, seed());
    const std::int64_t first = std::exchange(first_, 0);
    engine_->start(epoch_++, first, batches);
    return {engine_, first, batches};
  }
  typename LoaderIterator<Batch>::End end() const { return {}; }

 protected:
  const Source& source() const {
    check_has_dataset(source_ != nullptr);
    return *source_;
  }
  LoaderSizes sizes() const { return source().sizes(options_); }

 private:
  std::shared_ptr<const Source> source_;
  LoaderOptions options_;
  std::uint64_t epoch_ = 0;
  std::int64_t first_ = 0;
  std::shared_ptr<Engine> engine_;
};

}  // namespace detail

}  // namespace gradus::data
