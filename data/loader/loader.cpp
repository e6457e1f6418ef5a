#include <gradus/data/loader/loader.h>

#include <mutex>
#include <new>

#include <gradus/autograd/base/internal/after_fork.h>

namespace gradus::data::detail {

State state_of_loader(const LoaderOptions& options, std::int64_t samples, const LoaderPlace& place) {
  State state;
  write_options(state.values, "", options_of(options));
  state.set("samples", samples);
  state.set("epoch", place.epoch);
  state.set("batch", place.batch);
  if (place.seed) state.set("seed", *place.seed);
  return state;
}

LoaderPlace read_state_of_loader(const State& state, const LoaderOptions& options, std::int64_t samples, std::int64_t batches) {
  StateReader reader(state);
  LoaderPlace place{};
  LoaderOptions same = options;
  read_options(reader, "", options_of(same), ValueReader::Agree::all);
  if (const std::string* saved = reader.need("samples"); saved && *saved != std::to_string(samples))
    reader.problem("the dataset has ", *saved, " samples in the state but ", samples, " here");
  reader.read("epoch", Option("epoch", place.epoch));
  place.batch = reader.count("batch");
  if (reader.fits() && place.batch > batches) reader.problem("batch is ", place.batch, ", but an epoch has ", batches);
  if (std::uint64_t seed = 0; reader.find("seed")) {
    reader.read("seed", Option("seed", seed));
    place.seed = seed;
  }
  reader.expect_no_more_arrays();
  reader.finish("DataLoader: the state does not fit this loader");
  return place;
}

void rethrow_with(const std::string& where) {
  try {
    throw;
  } catch (const ShapeError& e) {
    fail<ShapeError>(where, e.what());
  } catch (const DtypeError& e) {
    fail<DtypeError>(where, e.what());
  } catch (const ValueError& e) {
    fail<ValueError>(where, e.what());
  } catch (const GraphError& e) {
    fail<GraphError>(where, e.what());
  } catch (const FileError& e) {
    fail<FileError>(where, e.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    fail<Error>(where, e.what());
  }
}

void give_up(void* lost) {
  static auto& mutex = *new gradus::detail::MutexOverForks;
  static auto* const all = new std::vector<void*>;   // so that leak checkers see who has them
  const std::lock_guard lock(mutex);
  all->push_back(lost);
}

std::string describe_batch(std::int64_t number, std::span<const std::int64_t> indices) {
  std::string samples;
  for (std::size_t i = 0; i < indices.size() && i < 8; ++i) samples += text(i ? ", " : "", indices[i]);
  return text("DataLoader: batch ", number, " (sample", indices.size() == 1 ? " " : "s ", samples, indices.size() > 8 ? ", …): " : "): ");
}

}  // namespace gradus::data::detail
