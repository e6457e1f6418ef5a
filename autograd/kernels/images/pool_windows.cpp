#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/images/pool.h>

namespace gradus::kernels {

Maxima max_of_windows(const Array& x, std::int64_t height, std::int64_t width, const Windows& d, const Windows& h, const Windows& w) {
  const std::int64_t planes = x.dim(0), size = x.dim(1), windows = d.out * h.out * w.out;
  Maxima y{Array({planes, windows}, x.dtype()), Array({planes, windows}, i64)};
  visit_floating(x.dtype(), "max_pool", [&]<class T>(T) {
    const T* const in = x.data<T>();
    T* const values = y.values.mutable_data<T>();
    std::int64_t* const places = y.places.mutable_data<std::int64_t>();
    parallel_for(planes, items_worth(1 << 14, size + windows), [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t plane = first, at = first * windows; plane < last; ++plane) {
        const T* const image = in + plane * size;
        for (std::int64_t p = 0; p < d.out; ++p)
          for (std::int64_t r = 0; r < h.out; ++r)
            for (std::int64_t q = 0; q < w.out; ++q, ++at) {
              const auto pd = static_cast<std::size_t>(d.at(plane, p)), ph = static_cast<std::size_t>(h.at(plane, r)),
                         pw = static_cast<std::size_t>(w.at(plane, q));
              T best = -std::numeric_limits<T>::infinity();
              std::int64_t place = (d.begin[pd] * height + h.begin[ph]) * width + w.begin[pw];
              for (std::int64_t k = d.begin[pd]; k < d.end[pd]; ++k)
                for (std::int64_t i = h.begin[ph]; i < h.end[ph]; ++i) {
                  const std::int64_t line = (k * height + i) * width;
                  for (std::int64_t j = line + w.begin[pw]; j < line + w.end[pw]; ++j)
                    if (image[j] > best || image[j] != image[j]) best = image[j], place = j;
                }
              values[at] = best, places[at] = place;
            }
      }
    });
  });
  return y;
}

}  // namespace gradus::kernels
