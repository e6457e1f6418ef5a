// Streams made of streams. Each of them is read by one thread, in an order that depends on seed and epoch alone.
//   auto words = data::map(data::lines("corpus.txt.gz"), [](std::string line) { return tokenize(line); });
//   auto mine = data::shard(data::filter(words, [](const Tokens& t) { return t.size() > 1; }), rank, world);
//   data::DataLoader loader(data::shuffle(mine, 10'000), {.batch_size = 64, .workers = 1});
// Functions take what those of data::map for datasets take (dataset/map.h); the numbers that one draws hang from (seed, epoch, number of
// the sample) alone.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/data/dataset/map.h>
#include <gradus/data/sampler/sampler.h>
#include <gradus/data/stream/stream.h>

namespace gradus::data {

namespace detail {
void check_stream(bool ok, const char* what, std::int64_t value);   // ValueError: "data::shard: world must be at least 1, not 0"

// A reader whose function draws numbers: those of (seed, epoch, number of the sample).
template <Stream S>
class NumberedReader {
 protected:
  NumberedReader(const S& stream, const Pass& pass) : from_(open_stream(stream, below(pass))), pass_(pass) {}
  Generator numbers() { return stream_generator(pass_.seed, pass_.epoch, pass_.level, at_++); }

  ReaderOf<S> from_;
  Pass pass_;
  std::int64_t at_ = 0;
};
}  // namespace detail

// f of each sample.
template <Stream S, class F>
class MappedStream {
 public:
  MappedStream(S stream, F f) : stream_(std::move(stream)), f_(std::move(f)) {}
  class Reader : detail::NumberedReader<S> {
   public:
    Reader(const MappedStream& of, const Pass& pass) : detail::NumberedReader<S>(of.stream_, pass), f_(of.f_) {}
    auto next() {
      auto sample = this->from_.next();
      using Result = decltype(detail::apply_to(f_, std::move(*sample)));
      if (!sample) return std::optional<Result>();
      const GeneratorScope numbers(this->numbers());
      return std::optional<Result>(detail::apply_to(f_, std::move(*sample)));
    }
    std::int64_t skip(std::int64_t n) {
      const std::int64_t skipped = skip_samples(this->from_, n);
      this->at_ += skipped;
      return skipped;
    }

   private:
    F f_;
  };
  Reader open(const Pass& pass) const { return Reader(*this, pass); }

 private:
  S stream_;
  F f_;
};
template <Stream S, class F>
  requires(!Dataset<S>)
MappedStream<S, F> map(S stream, F f) { return {std::move(stream), std::move(f)}; }

// The samples that `wanted` is true of.
template <Stream S, class F>
class FilteredStream {
 public:
  FilteredStream(S stream, F wanted) : stream_(std::move(stream)), wanted_(std::move(wanted)) {}
  class Reader : detail::NumberedReader<S> {
   public:
    Reader(const FilteredStream& of, const Pass& pass) : detail::NumberedReader<S>(of.stream_, pass), wanted_(of.wanted_) {}
    std::optional<StreamedBy<S>> next() {
      while (auto sample = this->from_.next()) {
        const GeneratorScope numbers(this->numbers());
        if (detail::apply_to(wanted_, *sample)) return sample;
      }
      return {};
    }

   private:
    F wanted_;
  };
  Reader open(const Pass& pass) const { return Reader(*this, pass); }

 private:
  S stream_;
  F wanted_;
};
template <Stream S, class F>
  requires(!Dataset<S>)
FilteredStream<S, F> filter(S stream, F wanted) { return {std::move(stream), std::move(wanted)}; }

// Of each `step` samples in a row the one number `first`, at most `most` of them: what take and shard are.
template <Stream S>
class EveryOf {
 public:
  EveryOf(S stream, std::int64_t first, std::int64_t step, std::int64_t most)
      : stream_(std::move(stream)), first_(first), step_(step), most_(most) {}
  class Reader {
   public:
    Reader(const EveryOf& of, const Pass& pass)
        : from_(detail::open_stream(of.stream_, detail::below(pass))), gap_(of.first_), step_(of.step_), left_(of.most_) {}
    std::optional<StreamedBy<S>> next() {
      if (left_ <= 0) return {};
      if (gap_ > 0 && skip_samples(from_, gap_) < gap_) left_ = 0;
      gap_ = step_ - 1;
      auto sample = left_ > 0 ? from_.next() : std::nullopt;
      left_ = sample ? left_ - 1 : 0;
      return sample;
    }
    std::int64_t skip(std::int64_t n) {
      if (step_ > 1 || gap_ > 0 || n > left_) {
        std::int64_t skipped = 0;
        while (skipped < n && next()) ++skipped;
        return skipped;
      }
      const std::int64_t skipped = skip_samples(from_, n);
      left_ = skipped < n ? 0 : left_ - n;
      return skipped;
    }

   private:
    ReaderOf<S> from_;
    std::int64_t gap_, step_, left_;
  };
  Reader open(const Pass& pass) const { return Reader(*this, pass); }

 private:
  S stream_;
  std::int64_t first_, step_, most_;
};
inline constexpr std::int64_t all_of_them = INT64_MAX;
template <Stream S>
  requires(!Dataset<S>)
EveryOf<S> take(S stream, std::int64_t n) {
  detail::check_stream(n >= 0, "data::take: a number of samples must be at least 0, not ", n);
  return {std::move(stream), 0, 1, n};
}
// For the process `rank` of `world`: every world-th sample from its rank-th on. The first ranks may have one more.
template <Stream S>
EveryOf<S> shard(S stream, std::int64_t rank, std::int64_t world) {
  detail::check_stream(world >= 1, "data::shard: world must be at least 1, not ", world);
  detail::check_stream(0 <= rank && rank < world, "data::shard: rank must lie in [0, world), not be ", rank);
  return {std::move(stream), rank, world, all_of_them};
}

// Any of `buffer` samples that are held in memory, drawn at random, with the next one taking its place: a sample comes at most `buffer` - 1
// places early, and however late. The whole stream in the buffer is a permutation of it, each as likely as any other.
template <Stream S>
class ShuffledStream {
 public:
  ShuffledStream(S stream, std::int64_t buffer) : stream_(std::move(stream)), buffer_(buffer) {
    detail::check_stream(buffer >= 1, "data::shuffle: a buffer has room for 1 sample at least, not ", buffer);
  }
  class Reader {
   public:
    Reader(const ShuffledStream& of, const Pass& pass)
        : from_(detail::open_stream(of.stream_, detail::below(pass))), size_(static_cast<std::size_t>(of.buffer_)),
          random_(stream_generator(pass.seed, pass.epoch, pass.level, 0)) {}
    std::optional<StreamedBy<S>> next() {
      while (!ended_ && held_.size() < size_) {
        if (auto sample = from_.next()) held_.push_back(std::move(*sample));
        else ended_ = true;
      }
      if (held_.empty()) return {};
      std::swap(held_[static_cast<std::size_t>(random_.below(held_.size()))], held_.back());
      std::optional<StreamedBy<S>> sample(std::move(held_.back()));
      held_.pop_back();
      return sample;
    }

   private:
    ReaderOf<S> from_;
    std::size_t size_;
    Generator random_;
    std::vector<StreamedBy<S>> held_;
    bool ended_ = false;
  };
  Reader open(const Pass& pass) const { return Reader(*this, pass); }

 private:
  S stream_;
  std::int64_t buffer_;
};
template <Stream S> ShuffledStream<S> shuffle(S stream, std::int64_t buffer) { return {std::move(stream), buffer}; }

struct InterleaveOptions {
  std::int64_t cycle = INT64_MAX;                 // streams that are open at once; 1: one behind the other
  std::int64_t block = 1;                         // samples in a row of each
  bool shuffle = false;                           // the streams in another order each epoch
};
// Several streams in turns: `block` samples of each of `cycle` streams; where one ends the next takes its place.
template <Stream S>
class InterleavedStream {
 public:
  InterleavedStream(std::vector<S> streams, InterleaveOptions options)
      : streams_(std::make_shared<const std::vector<S>>(std::move(streams))), options_(options) {
    detail::check_stream(options.cycle >= 1, "data::interleave: cycle must be at least 1, not ", options.cycle);
    detail::check_stream(options.block >= 1, "data::interleave: block must be at least 1, not ", options.block);
  }
  class Reader {
   public:
    Reader(const InterleavedStream& of, const Pass& pass) : of_(of), pass_(pass), order_(of.streams_->size()) {
      if (of.options_.shuffle) shuffled_order(order_, stream_generator(pass.seed, pass.epoch, pass.level, 0).fork(), pass.epoch);
      else sequential_order(order_);
    }
    std::optional<StreamedBy<S>> next() {
      while (static_cast<std::int64_t>(open_.size()) < of_.options_.cycle && next_ < order_.size()) open(open_.size());
      while (!open_.empty()) {
        if (turn_ >= open_.size()) turn_ = 0;
        if (given_ < of_.options_.block) {
          if (auto sample = open_[turn_]->next()) {
            ++given_;
            return sample;
          }
          open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(turn_));
          if (next_ < order_.size()) open(turn_);
        } else {
          ++turn_;
        }
        given_ = 0;
      }
      return {};
    }

   private:
    void open(std::size_t at) {
      const std::int64_t number = order_[next_++];
      const Pass pass = of_.pass_of(pass_, number);
      open_.insert(open_.begin() + static_cast<std::ptrdiff_t>(at),
                   std::make_unique<ReaderOf<S>>(detail::open_stream((*of_.streams_)[static_cast<std::size_t>(number)], pass)));
    }
    InterleavedStream of_;
    Pass pass_;
    std::vector<std::int64_t> order_;
    std::size_t next_ = 0, turn_ = 0;             // which stream is to be opened, which open one is being read
    std::int64_t given_ = 0;
    std::vector<std::unique_ptr<ReaderOf<S>>> open_;
  };
  Reader open(const Pass& pass) const { return Reader(*this, pass); }

 protected:
  Pass pass_of(const Pass& pass, std::int64_t number) const {   // each stream has numbers of its own
    Pass its = detail::below(pass);
    its.seed = stream_generator(pass.seed, pass.epoch, pass.level, 1 + number).fork();
    return its;
  }
  std::shared_ptr<const std::vector<S>> streams_;

 private:
  InterleaveOptions options_;
};
template <Stream S>
InterleavedStream<S> interleave(std::vector<S> streams, InterleaveOptions options = {}) { return {std::move(streams), options}; }

// Parts of one whole, which the loader's workers read at the same time: a batch has samples of one part, and the parts take turns, until
// each has ended. All are open at once. To whoever else reads it, it gives a sample of each in turns.
template <Stream S>
class ParallelStream : public InterleavedStream<S> {
 public:
  explicit ParallelStream(std::vector<S> parts) : InterleavedStream<S>(std::move(parts), {}) {
    detail::check_stream(this->parts() >= 1, "data::parallel: at least 1 part, not ", this->parts());
  }
  std::int64_t parts() const { return static_cast<std::int64_t>(this->streams_->size()); }
  Pass pass_of_part(const Pass& pass, std::int64_t number) const { return this->pass_of(pass, number); }
  const S& part(std::int64_t number) const { return (*this->streams_)[static_cast<std::size_t>(number)]; }
};
template <Stream S>
ParallelStream<S> parallel(std::vector<S> parts) { return ParallelStream<S>(std::move(parts)); }
// f(name) for each of some files, say:
//   data::parallel(files, [](const std::string& file) { return data::map(data::lines(file), parse); })
template <class Name, class F>
auto parallel(const std::vector<Name>& names, F f) {
  std::vector<std::decay_t<decltype(f(names[0]))>> parts;
  for (const Name& name : names) parts.push_back(f(name));
  return parallel(std::move(parts));
}

// What f() or f(pass) gives is called for sample after sample, until it gives none:
//   auto digits = data::generate([] { return [i = 0]() mutable { return i < 10 ? std::optional(i++) : std::nullopt; }; });
template <class F>
class Generated {
 public:
  explicit Generated(F f) : f_(std::move(f)) {}
  template <class Call>
  struct Reader {
    Call call;
    auto next() { return call(); }
  };
  auto open(const Pass& pass) const {
    if constexpr (std::invocable<const F&, const Pass&>) return Reader<decltype(f_(pass))>{f_(pass)};
    else return Reader<decltype(f_())>{f_()};
  }

 private:
  F f_;
};
template <class F> Generated<F> generate(F f) { return Generated<F>(std::move(f)); }

// A dataset's samples, one after the other.
template <Dataset D>
class DatasetStream {
 public:
  explicit DatasetStream(D dataset) : dataset_(std::make_shared<const D>(std::move(dataset))) {}
  struct Reader {
    std::shared_ptr<const D> dataset;
    std::int64_t at = 0;
    std::optional<SampleOf<D>> next() {
      if (at >= dataset->size()) return {};
      return dataset->get(at++);
    }
    std::int64_t skip(std::int64_t n) {
      const std::int64_t left = dataset->size() - at, skipped = n < left ? n : left;
      at += skipped;
      return skipped;
    }
  };
  Reader open() const { return {dataset_}; }

 private:
  std::shared_ptr<const D> dataset_;
};
template <Dataset D> DatasetStream<D> stream(D dataset) { return DatasetStream<D>(std::move(dataset)); }

}  // namespace gradus::data
