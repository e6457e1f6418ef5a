#include <gradus/data/loader/loader.h>

#include <mutex>
#include <new>

#include <gradus/autograd/base/internal/after_fork.h>

namespace gradus::data::detail {

void check_options(const LoaderOptions& options) {
  check<ValueError>(options.batch_size >= 1, "DataLoader: batch_size must be at least 1, not ", options.batch_size);
  check<ValueError>(options.workers >= 0, "DataLoader: workers must be 0 (none) or more, not ", options.workers);
  check<ValueError>(options.prefetch >= 1, "DataLoader: prefetch must be at least 1, not ", options.prefetch);
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
