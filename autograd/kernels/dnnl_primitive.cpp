#ifdef GRADUS_ONEDNN
#include <gradus/autograd/kernels/dnnl_primitive.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/parallel.h>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradus::kernels::onednn {

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
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
#endif
