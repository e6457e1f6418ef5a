#include <gradus/autograd/kernels/onednn/description.h>

#ifdef GRADUS_ONEDNN
#include <gradus/autograd/kernels/onednn/primitive.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/parallel.h>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradus::kernels::onednn {

constinit std::atomic<std::int64_t> primitives_made{0}, primitives_kept{0};

namespace {
// oneDNN keeps what it has made, too, 1024 primitives unless somebody has said otherwise: for threads that make what another one has made
// just now.
void keep_less_in_onednn() {
  constexpr int as_delivered = 1024, enough = 256;
  if (dnnl::get_primitive_cache_capacity() == as_delivered) dnnl::set_primitive_cache_capacity(enough);
}
}  // namespace

const dnnl::engine& cpu() {
  static const dnnl::engine engine = [] {
    keep_less_in_onednn();
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

int team_size(double multiplications) {
  constexpr double worth_waking = 1 << 17;
#ifdef _OPENMP
  if (omp_in_parallel()) return 1;
#endif
  return in_parallel_for() || multiplications < 2 * worth_waking ? 1 : num_threads();
}

Prepared::Prepared(dnnl::primitive primitive, std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments)
    : primitive_(std::move(primitive)) {
  int at = 0;
  for (const auto& [argument, desc] : arguments) {
    if (desc.is_zero()) continue;
    memories_[at] = dnnl::memory(desc, cpu(), DNNL_MEMORY_NONE);
    arguments_[at] = {argument, memories_[at].get()};
    ++at;
  }
}

void Prepared::operator()(std::initializer_list<const void*> addresses) const {
  thread_local const dnnl::stream stream(cpu());
  int count = 0;
  for (const void* address : addresses) {
    if (!address) continue;
    dnnl_memory_set_data_handle_v2(arguments_[count++].memory, const_cast<void*>(address), stream.get());
  }
  const dnnl_status_t status = dnnl_primitive_execute(primitive_.get(), stream.get(), count, arguments_.data());
  check<Error>(status == dnnl_success, "oneDNN: a primitive failed with status ", static_cast<int>(status));
}

}  // namespace gradus::kernels::onednn

namespace gradus::kernels {
PrimitiveCount dnnl_primitives() { return {onednn::primitives_made.load(), onednn::primitives_kept.load()}; }
}  // namespace gradus::kernels
#else

namespace gradus::kernels {
PrimitiveCount dnnl_primitives() { return {}; }
}  // namespace gradus::kernels
#endif
