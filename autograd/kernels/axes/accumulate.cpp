#include <gradus/autograd/kernels/axes/accumulate.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/machine/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(AddLoops, add_loops)

Array accumulate(Array sum, const Array& g) {
  const Array more = g.as_contiguous();
  const bool in_place = sum.unique() && sum.contiguous();
  if (!in_place) sum = sum.as_contiguous();
  Array out = in_place ? std::move(sum) : Array(sum.shape(), sum.dtype());
  visit_floating(out.dtype(), "backward", [&]<class T>(T) {
    const AddLoop<T> loop = add_loops().of(T{});
    T* y = out.mutable_data<T>();
    const T* a = in_place ? y : sum.data<T>();
    const T* b = more.data<T>();
    parallel_for(out.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { loop(a + begin, b + begin, end - begin, y + begin); });
  });
  return out;
}

}  // namespace gradus::kernels
