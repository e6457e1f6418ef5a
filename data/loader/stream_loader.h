// DataLoader of a stream (stream/stream.h; opt-in: in data/all.h, not in gradus.h): batches of samples as they come.
//   data::DataLoader loader(data::shuffle(data::lines("corpus.txt"), 10'000), {.batch_size = 64, .workers = 1});
//   for (const std::vector<std::string>& texts : loader) …
// All else is as with datasets: batches depend on (seed, epoch) alone, an epoch that was interrupted goes on (its reader skips what has
// been seen), errors name the sample. size() is not known. One thread at a time reads a stream; the parts of a data::parallel(…) are read
// by as many workers as there are.
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

// A stream in parts, or one that is its only part.
template <class S>
concept Parted = requires(const S& s, const Pass& pass) {
  s.parts();
  s.pass_of_part(pass, 0);
};
template <class S>
std::int64_t parts_of(const S& stream) {
  if constexpr (Parted<S>) return stream.parts();
  else return 1;
}
template <class S>
const auto& part_of(const S& stream, [[maybe_unused]] std::int64_t number) {
  if constexpr (Parted<S>) return stream.part(number);
  else return stream;
}
template <class S>
Pass pass_of_part(const S& stream, const Pass& pass, [[maybe_unused]] std::int64_t number) {
  if constexpr (Parted<S>) return stream.pass_of_part(pass, number);
  else return pass;
}
template <class S>
using PartReader = ReaderOf<std::remove_cvref_t<decltype(part_of(std::declval<const S&>(), 0))>>;

// Batch n is of part n % parts. One thread at a time reads a part, in the order of its batches; several may collate. An ended part gives
// empty batches, which the loop does not see.
template <class S, class Collate>
using StreamBatch = std::invoke_result_t<const Collate&, std::span<StreamedBy<S>>>;
template <class S, class Collate>
class StreamEngine final : public EngineOf<StreamBatch<S, Collate>> {
  using Made = Slot<StreamedBy<S>, StreamBatch<S, Collate>>;
  struct Part {
    std::unique_ptr<PartReader<S>> reader;
    Pass pass;
    std::int64_t samples = 0;                     // that have been read
    bool ended = false;
    Turns turns;
  };
  struct Ring {
    std::vector<Made> slots;
    std::vector<Part> parts;
  };

 public:
  StreamEngine(std::shared_ptr<const StreamSource<S, Collate>> source, const LoaderOptions& options, std::uint64_t seed)
      : EngineOf<StreamBatch<S, Collate>>(options, seed), source_(std::move(source)), parts_(parts_of(source_->stream)) {}
  ~StreamEngine() override { this->close(); }
  StreamBatch<S, Collate>& batch() override {
    check<ValueError>(!over(), "DataLoader: the stream has ended");
    StreamBatch<S, Collate>& made = *here();
    this->give();
    return made;
  }
  bool over() override {
    while (!LoaderEngine::over() && !here()) {
      if (++empty_ >= parts_) return true;        // in a row: all have ended
      this->advance();
    }
    empty_ = 0;
    return LoaderEngine::over();
  }

 private:
  std::optional<StreamBatch<S, Collate>>& here() {
    const auto at = this->current();
    return static_cast<Ring*>(at.ring)->slots[at.slot].batch;
  }
  std::shared_ptr<void> make_ring(std::size_t slots) override {
    auto ring = std::make_shared<Ring>();
    ring->slots = std::vector<Made>(slots);
    ring->parts = std::vector<Part>(static_cast<std::size_t>(parts_));
    return ring;
  }
  void begin(void* held, std::int64_t first) override {
    Ring& ring = *static_cast<Ring*>(held);
    empty_ = 0;
    for (std::int64_t k = 0; k < parts_; ++k) {
      Part& part = ring.parts[static_cast<std::size_t>(k)];
      const std::int64_t turn = first / parts_ + (k < first % parts_);
      std::int64_t before = 0;
      check<ValueError>(!__builtin_mul_overflow(turn, this->options_.batch_size, &before), "DataLoader: no batch ", first, " in a stream");
      part.pass = pass_of_part(source_->stream, Pass{this->seed_, this->epoch_}, k);
      part.reader.reset();
      part.reader.reset(new PartReader<S>(open_stream(part_of(source_->stream, k), part.pass)));
      // One by one, with the random numbers that each had when it was read: a buffer may keep samples that are made meanwhile.
      for (part.samples = 0; part.samples < before; ++part.samples) {
        const GeneratorScope numbers(sample_generator(part.pass.seed, part.pass.epoch, part.samples));
        if (skip_samples(*part.reader, 1) < 1) break;
      }
      part.ended = part.samples < before;
      part.turns.start(turn);
    }
  }
  void interrupt(void* ring) override {
    for (Part& part : static_cast<Ring*>(ring)->parts) part.turns.stop();
  }
  void make(void* held, std::int64_t number, std::size_t at) override {
    Ring& ring = *static_cast<Ring*>(held);
    Made& slot = ring.slots[at];
    slot.batch.reset();
    slot.samples.clear();
    Part& part = ring.parts[static_cast<std::size_t>(number % parts_)];
    if (!part.turns.wait(number / parts_)) return;
    {
      struct Done {
        Turns& turns;
        ~Done() { turns.done(); }
      } const done{part.turns};
      read(part, number % parts_, slot.samples);
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
  void read(Part& part, std::int64_t number, std::vector<StreamedBy<S>>& samples) {
    const auto size = static_cast<std::size_t>(this->options_.batch_size);
    try {
      while (!part.ended && samples.size() < size) {
        const GeneratorScope numbers(sample_generator(part.pass.seed, part.pass.epoch, part.samples));
        if (auto sample = part.reader->next()) samples.push_back(std::move(*sample)), ++part.samples;
        else part.ended = true;
      }
    } catch (...) {
      part.ended = true;
      rethrow_with(text("DataLoader: sample ", part.samples, parts_ > 1 ? text(" of part ", number) : text(), " of the stream: "));
    }
    if (this->options_.drop_last && samples.size() < size) samples.clear();
  }

  std::shared_ptr<const StreamSource<S, Collate>> source_;
  std::int64_t parts_, empty_ = 0;                // empty: batches in a row
};

}  // namespace detail

// Of a stream. size() is not known. Workers: one thread at a time reads a part, ahead of the loop; with several, the others read other
// parts or collate.
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
