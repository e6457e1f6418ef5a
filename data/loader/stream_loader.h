// DataLoader of a stream (stream/stream.h; opt-in: in data/all.h, not in gradus.h): batches of samples as they come.
//   data::DataLoader loader(data::shuffle(data::lines("corpus.txt"), 10'000), {.batch_size = 64, .workers = 1});
//   for (const std::vector<std::string>& texts : loader) …
// All else is as with datasets: batches depend on (seed, epoch) alone, an epoch that was interrupted goes on (its reader skips what has
// been seen), errors name the sample. size() is not known.
#pragma once
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gradus/data/loader/loader.h>
#include <gradus/data/stream/stream.h>

namespace gradus::data {

namespace detail {

// Threads that take turns: number after number, whichever thread each belongs to.
class Turns {
 public:
  Turns();
  ~Turns();
  void start(std::int64_t first);
  bool wait(std::int64_t number);                // false: stopped
  void done();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class S, class Collate>
class StreamEngine;
template <class S, class Collate>
struct StreamSource {
  using Engine = StreamEngine<S, Collate>;
  LoaderSizes sizes(const LoaderOptions&) const { return {}; }
  S stream;
  Collate collate;
};

// One thread at a time reads, in the order of the batches; several may collate.
template <class S, class Collate>
using StreamBatch = std::invoke_result_t<const Collate&, std::span<StreamedBy<S>>>;
template <class S, class Collate>
class StreamEngine final : public EngineOf<StreamBatch<S, Collate>> {
  using Made = Slot<StreamedBy<S>, StreamBatch<S, Collate>>;
  struct Ring {
    std::vector<Made> slots;
    std::unique_ptr<ReaderOf<S>> reader;
    std::int64_t samples = 0;                     // that have been read
    bool ended = false;
    Turns turns;
  };

 public:
  StreamEngine(std::shared_ptr<const StreamSource<S, Collate>> source, const LoaderOptions& options, std::uint64_t seed)
      : EngineOf<StreamBatch<S, Collate>>(options, seed), source_(std::move(source)) {}
  ~StreamEngine() override { this->close(); }
  StreamBatch<S, Collate>& batch() override {
    StreamBatch<S, Collate>& made = *here();
    this->give();
    return made;
  }
  bool over() override { return LoaderEngine::over() || !here(); }

 private:
  std::optional<StreamBatch<S, Collate>>& here() {
    const auto at = this->current();
    return static_cast<Ring*>(at.ring)->slots[at.slot].batch;
  }
  std::shared_ptr<void> make_ring(std::size_t slots) override {
    auto ring = std::make_shared<Ring>();
    ring->slots = std::vector<Made>(slots);
    return ring;
  }
  void begin(void* held, std::int64_t first) override {
    Ring& ring = *static_cast<Ring*>(held);
    ring.reader.reset();
    ring.reader.reset(new ReaderOf<S>(open_stream(source_->stream, Pass{this->seed_, this->epoch_})));
    std::int64_t before = 0;
    check<ValueError>(!__builtin_mul_overflow(first, this->options_.batch_size, &before), "DataLoader: no batch ", first, " in a stream");
    ring.samples = before > 0 ? skip_samples(*ring.reader, before) : 0;
    ring.ended = ring.samples < before;
    ring.turns.start(first);
  }
  void interrupt(void* ring) override { static_cast<Ring*>(ring)->turns.stop(); }
  void make(void* held, std::int64_t number, std::size_t at) override {
    Ring& ring = *static_cast<Ring*>(held);
    Made& slot = ring.slots[at];
    slot.batch.reset();
    slot.samples.clear();
    if (!ring.turns.wait(number)) return;
    {
      struct Done {
        Turns& turns;
        ~Done() { turns.done(); }
      } const done{ring.turns};
      read(ring, slot.samples);
    }
    if (slot.samples.empty()) return;
    const GeneratorScope numbers(batch_generator(this->seed_, this->epoch_, number));
    try {
      slot.batch.emplace(source_->collate(std::span(slot.samples)));
    } catch (...) {
      rethrow_with(text("DataLoader: batch ", number, " of the stream: "));
    }
    slot.samples.clear();
  }
  void read(Ring& ring, std::vector<StreamedBy<S>>& samples) {
    const auto size = static_cast<std::size_t>(this->options_.batch_size);
    try {
      while (!ring.ended && samples.size() < size) {
        const GeneratorScope numbers(sample_generator(this->seed_, this->epoch_, ring.samples));
        if (auto sample = ring.reader->next()) samples.push_back(std::move(*sample)), ++ring.samples;
        else ring.ended = true;
      }
    } catch (...) {
      ring.ended = true;
      rethrow_with(text("DataLoader: sample ", ring.samples, " of the stream: "));
    }
    if (this->options_.drop_last && samples.size() < size) samples.clear();
  }

  std::shared_ptr<const StreamSource<S, Collate>> source_;
};

}  // namespace detail

// Of a stream. size() is not known. Workers: one thread at a time reads, ahead of the loop; with several, the others collate meanwhile.
template <Stream S, class Collate>
  requires(!Dataset<S> && detail::MakesBatches<StreamedBy<S>, Collate>)
class DataLoader<S, Collate> : public detail::LoaderOf<detail::StreamSource<S, Collate>> {
  using Source = detail::StreamSource<S, Collate>;
  using Base = detail::LoaderOf<Source>;

 public:
  // ValueError unless batch_size >= 1, workers >= 0, prefetch >= 1, and for shuffle.
  explicit DataLoader(S stream, LoaderOptions options = {}, Collate collate = {})
      : Base(std::shared_ptr<const Source>(new Source{std::move(stream), std::move(collate)}), options) {
    detail::check_loader(options, false, "goes with no stream, whose samples nobody can count; data::shuffle(stream, buffer) shuffles");
  }
  const S& stream() const { return this->source().stream; }
};

}  // namespace gradus::data
