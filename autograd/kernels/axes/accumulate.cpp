#include <gradus/autograd/kernels/axes/accumulate.h>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/array/internal/convert.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {
namespace {

template <class T>
AddLoop<T> loop_for(T) {
  if constexpr (std::is_floating_point_v<T>) return add_loops().of(T{});
  else return small_float_loops().of(T{}).add;
}

}  // namespace

GRADUS_DISPATCH(AddLoops, add_loops)

Array accumulate(Array sum, const Array& g) {
  const Array more = laid_out_as(g, sum);
  const bool in_place = sum.unique() && lies_as(sum, sum);
  if (!in_place) sum = laid_out_as(sum, sum);
  Array out = in_place ? std::move(sum) : empty_as(sum);
  visit(out.dtype(), [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      check_computes_in(out.dtype(), "backward");
    } else {
      const AddLoop<T> loop = loop_for(T{});
      T* y = static_cast<T*>(out.mutable_raw());
      const T* a = in_place ? y : sum.data<T>();
      const T* b = more.data<T>();
      parallel_for(out.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { loop(a + begin, b + begin, end - begin, y + begin); });
    }
  });
  return out;
}

}  // namespace gradus::kernels
