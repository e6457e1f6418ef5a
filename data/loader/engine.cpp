#include <gradus/data/loader/engine.h>

#include <condition_variable>
#include <mutex>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/data/loader/stream_loader.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data::detail {
namespace {

// In the child of a fork: keeps what can neither be used nor destroyed.
void give_up(void* lost) {
  static auto& mutex = *new gradus::detail::MutexOverForks;
  static auto* const all = new std::vector<void*>;   // so that leak checkers see who has them
  const std::lock_guard lock(mutex);
  all->push_back(lost);
}

}  // namespace

struct LoaderEngine::Ring {
  explicit Ring(LoaderEngine& of) : engine(of), prefetcher(of.options_.workers, of.options_.prefetch, &Ring::make, this) {
    held = of.make_ring(prefetcher.slots());
  }
  static void make(void* self, std::int64_t number, std::size_t at) {
    Ring& ring = *static_cast<Ring*>(self);
    ring.engine.make(ring.held.get(), number, at);
  }
  void stop() {
    engine.interrupt(held.get());
    prefetcher.stop();
  }

  LoaderEngine& engine;
  std::shared_ptr<void> held;
  Prefetcher prefetcher;   // last: its threads end before the rest goes
};

LoaderEngine::LoaderEngine(const LoaderOptions& options, std::uint64_t seed) : options_(options), seed_(seed) {}
LoaderEngine::~LoaderEngine() = default;

void LoaderEngine::start(std::uint64_t epoch, std::int64_t first, std::int64_t end) {
  stop();
  epoch_ = epoch;
  next_ = first;
  end_ = end;
  if (!ring_) ring_ = std::make_unique<Ring>(*this);
  begin(ring_->held.get(), first);
  ++run_;
  running_ = true;
  given_ = first;
  ring_->prefetcher.start(next_, end_);
}
void LoaderEngine::stop() {
  running_ = false;
  give_up_lost_ring();
  if (ring_) ring_->stop();
}
void LoaderEngine::close() {
  stop();
  ring_.reset();
}
void LoaderEngine::advance() {
  ring().prefetcher.advance();
  ++next_;
}

LoaderEngine::Place LoaderEngine::current() {
  Ring& now = ring();
  return {now.held.get(), now.prefetcher.wait()};
}
void LoaderEngine::give() { given_ = next_ + 1; }

void LoaderEngine::give_up_lost_ring() {
  if (ring_ && ring_->prefetcher.lost()) give_up(ring_.release());
}
LoaderEngine::Ring& LoaderEngine::ring() {
  give_up_lost_ring();
  if (!ring_) {
    auto made = std::make_unique<Ring>(*this);
    begin(made->held.get(), next_);
    ring_ = std::move(made);
    ring_->prefetcher.start(next_, end_);
  }
  return *ring_;
}

State state_of_loader(const LoaderOptions& options, const LoaderSizes& sizes, const LoaderPlace& place) {
  State state;
  write_options(state.values, "", options_of(options));
  if (sizes.dataset >= 0) state.set("samples", sizes.dataset);
  if (sizes.order >= 0) state.set("order", sizes.order);
  state.set("epoch", place.epoch);
  state.set("batch", place.batch);
  if (place.seed) state.set("seed", *place.seed);
  return state;
}

LoaderPlace read_state_of_loader(const State& state, const LoaderOptions& options, const LoaderSizes& sizes) {
  StateReader reader(state);
  LoaderPlace place;
  LoaderOptions same = options;
  read_options(reader, "", options_of(same), ValueReader::Agree::all);
  const auto agrees = [&](const char* key, std::int64_t here, const char* what) {
    if (here < 0) return;
    if (const std::string* saved = reader.need(key); saved && *saved != std::to_string(here))
      reader.problem(what, " has ", *saved, " samples in the state but ", here, " here");
  };
  agrees("samples", sizes.dataset, "the dataset");
  agrees("order", sizes.order, "the sampler's epoch");
  reader.read("epoch", Option("epoch", place.epoch));
  place.batch = reader.count("batch");
  if (reader.fits() && place.batch > sizes.end()) reader.problem("batch is ", place.batch, ", but an epoch has ", sizes.end());
  if (std::uint64_t seed = 0; reader.find("seed")) {
    reader.read("seed", Option("seed", seed));
    place.seed = seed;
  }
  reader.expect_no_more_arrays();
  reader.finish("DataLoader: the state does not fit this loader");
  return place;
}

std::string describe_batch(std::int64_t number, std::span<const std::int64_t> indices) {
  std::string samples;
  for (std::size_t i = 0; i < indices.size() && i < 8; ++i) samples += text(i ? ", " : "", indices[i]);
  return text("DataLoader: batch ", number, " (sample", indices.size() == 1 ? " " : "s ", samples, indices.size() > 8 ? ", …): " : "): ");
}

void check_has_dataset(bool has) {
  check<ValueError>(has, "DataLoader: it was moved from and has no dataset any more; use the one it was moved to");
}

void check_loader(const LoaderOptions& options, bool shuffles, const char* why) {
  check_options("DataLoader", options);
  check<ValueError>(shuffles || !options.shuffle, "DataLoader: shuffle = true ", why);
}
void check_first_batch(std::int64_t first, const LoaderSizes& sizes) {
  check<ValueError>(0 <= first && first <= sizes.end(), "DataLoader: no batch ", first, "; an epoch has ", sizes.end());
}

LoaderSizes sizes_of(const LoaderOptions& options, std::int64_t dataset, const Order& order) {
  LoaderSizes out{.dataset = dataset, .order = order.given() ? order.size() : -1};
  const std::int64_t n = order.given() ? out.order : dataset, b = options.batch_size;
  out.batches = order.in_batches() ? n : n / b + (!options.drop_last && n % b != 0);
  return out;
}

void EpochOrder::draw(const LoaderOptions& options, std::int64_t dataset, const Order& order, std::uint64_t seed,
                      std::uint64_t epoch) {
  batch_size_ = options.batch_size;
  if (order.given()) {
    batches_ = order.make(seed, epoch, dataset);
    return;
  }
  batches_.order.resize(static_cast<std::size_t>(dataset));
  if (options.shuffle) shuffled_order(batches_.order, seed, epoch);
  else sequential_order(batches_.order);
}
std::span<const std::int64_t> EpochOrder::batch(std::int64_t number) const {
  const std::span<const std::int64_t> all = batches_.order;
  const auto at = static_cast<std::size_t>(number);
  if (!batches_.ends.empty()) {
    const auto begin = static_cast<std::size_t>(at ? batches_.ends[at - 1] : 0);
    return all.subspan(begin, static_cast<std::size_t>(batches_.ends[at]) - begin);
  }
  const auto size = static_cast<std::size_t>(batch_size_), begin = at * size, left = all.size() - begin;
  return all.subspan(begin, size < left ? size : left);
}

struct Turns::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t turn = 0;
  bool stopped = false;
};
Turns::Turns() : state_(std::make_unique<State>()) {}
Turns::~Turns() = default;
void Turns::start(std::int64_t first) {
  const std::lock_guard lock(state_->mutex);
  state_->turn = first;
  state_->stopped = false;
}
bool Turns::wait(std::int64_t number) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->stopped || state_->turn == number; });
  return !state_->stopped;
}
void Turns::done() {
  const std::lock_guard lock(state_->mutex);
  ++state_->turn;
  state_->changed.notify_all();
}
void Turns::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->changed.notify_all();
}

}  // namespace gradus::data::detail
