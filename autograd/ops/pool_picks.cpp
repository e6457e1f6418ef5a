// Pooling whose windows differ, and the way back from indices.
#include <cstdlib>

#include <gradus/autograd/ops/internal/pick.h>
#include <gradus/autograd/ops/internal/pooling.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

using detail::Frame;
using detail::Pooling;
using detail::Sizes;
using kernels::PoolAxis;
using kernels::PoolShape;
using kernels::Windows;

// x's channels, the last `dims` dimensions of each as one.
Tensor planes_of(const Tensor& x, int dims) {
  std::int64_t size = 1, count = 1;
  for (int i = 0; i < x.rank(); ++i) (i < x.rank() - dims ? count : size) *= x.dim(i);
  return reshape(x, {count, size});
}

// The largest of windows that `shape` and `d`, `h`, `w` describe.
ValuesAndIndices largest(const char* op, const Tensor& x, int dims, const PoolShape& s, const Windows& d, const Windows& h,
                         const Windows& w) {
  const auto find = [&](const Array& planes, int) {
    kernels::Maxima found = kernels::max_of_windows(planes.as_contiguous(), s.h.in, s.w.in, d, h, w);
    return kernels::Extremes{std::move(found.values), std::move(found.places)};
  };
  const auto number = [](std::int64_t n) { return static_cast<double>(n); };
  const auto [values, at] = detail::pick(op, planes_of(x, dims), 1, false, find,
                                         {{"in d", number(s.d.in)}, {"in h", number(s.h.in)}, {"in w", number(s.w.in)},
                                          {"out d", number(s.d.out)}, {"out h", number(s.h.out)}, {"out w", number(s.w.out)}});
  Shape shape = x.shape();
  const PoolAxis* const axes[] = {&s.d, &s.h, &s.w};
  for (int i = 0; i < dims; ++i) shape[x.rank() - dims + i] = axes[3 - dims + i]->out;
  return {reshape(values, shape), reshape(at, shape)};
}

Windows windows_along(const PoolAxis& a) {
  Windows all;
  all.out = a.out;
  for (std::int64_t o = 0; o < a.out; ++o) all.begin.push_back(a.begin(o)), all.end.push_back(a.end(o));
  return all;
}

ValuesAndIndices adaptive_max(const char* op, const Tensor& x, const Sizes& output, int dims) {
  const PoolShape s = detail::adaptive_windows(op, x, detail::frame_of(op, x, dims), output);
  return largest(op, x, dims, s, windows_along(s.d), windows_along(s.h), windows_along(s.w));
}

// The places that Graham's pseudorandom sequence gives, for each plane its sample, of which there is one every `each` numbers.
Windows random_windows(const PoolAxis& a, const double* samples, int each, std::int64_t planes) {
  Windows all;
  all.out = a.out, all.each_plane = true;
  const double step = a.out > 1 ? static_cast<double>(a.in - a.kernel) / static_cast<double>(a.out - 1) : 0;
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    const double sample = samples[each * plane];
    for (std::int64_t o = 0; o < a.out; ++o) {
      const auto begin = o == a.out - 1 ? a.in - a.kernel
                                        : static_cast<std::int64_t>((static_cast<double>(o) + sample) * step) -
                                              static_cast<std::int64_t>(sample * step);
      all.begin.push_back(begin), all.end.push_back(begin + a.kernel);
    }
  }
  return all;
}

// [0, 1) alone keeps windows inside the image.
void check_samples(const char* op, const Array& samples) {
  for (const double s : samples.span<double>()) check<ValueError>(s >= 0 && s < 1, op, ": samples must be in [0, 1), not ", s);
}

ValuesAndIndices fractional_max(const char* op, const Tensor& x, const Sizes& kernel, const Sizes& output, int dims,
                                const Tensor& samples) {
  PoolShape s = detail::adaptive_windows(op, x, detail::frame_of(op, x, dims), output);
  check_defined(op, samples, "samples");
  PoolAxis* const axes[] = {&s.d, &s.h, &s.w};
  bool fits = true;
  for (int i = 3 - dims; i < 3; ++i) {
    PoolAxis& a = *axes[i];
    a.kernel = kernel.of[static_cast<std::size_t>(i)];
    if (a.kernel < 1) fail<ValueError>(op, ": kernel must be at least 1, not ", detail::text_of(kernel, dims));
    fits &= a.out + a.kernel - 1 <= a.in;
  }
  if (!fits) {
    fail<ShapeError>(op, ": ", detail::text_of(output, dims), " windows of ", detail::text_of(kernel, dims), " do not fit into x ",
                     x.shape());
  }
  const std::int64_t planes = s.n * s.c;
  if (samples.size() != planes * dims || samples.dim(samples.rank() - 1) != dims) {
    fail<ShapeError>(op, ": samples must be ", dims == 2 ? "two for each channel, [N, C, 2]" : "three for each channel, [N, C, 3]",
                     ", not ", samples.shape(), ": x ", x.shape());
  }
  const Array numbers = samples.value().to(f64).as_contiguous();
  check_samples(op, numbers);
  const double* each = numbers.data<double>();
  if (dims == 3) {
    return largest(op, x, 3, s, random_windows(s.d, each, 3, planes), random_windows(s.h, each + 1, 3, planes),
                   random_windows(s.w, each + 2, 3, planes));
  }
  return largest(op, x, 2, s, windows_along(s.d), random_windows(s.h, each + 1, 2, planes), random_windows(s.w, each, 2, planes));
}

Tensor samples_for(const char* op, const Tensor& x, int dims, Generator& generator) {
  const Frame frame = detail::frame_of(op, x, dims);
  Array samples({frame.batched ? x.dim(0) : 1, x.dim(frame.channel_axis()), dims}, f64);
  double* each = samples.mutable_data<double>();
  for (std::int64_t i = 0; i < samples.size(); ++i) each[i] = generator.uniform();
  return Tensor(std::move(samples));
}

Tensor unpool(const Tensor& x, const Tensor& indices, const Pooling& p, const Shape& output) {
  const Frame frame = detail::frame_of(p.op, x, p.dims);
  check_defined(p.op, indices, "indices");
  check<ShapeError>(indices.shape() == x.shape(), p.op, ": the indices ", indices.shape(), " must be as many as x ", x.shape());
  check<DtypeError>(is_integer(indices.dtype()), p.op, ": indices are whole numbers, not ", indices.dtype());
  check<ShapeError>(output.rank() == 0 || output.rank() == p.dims, p.op, ": output_size ", output, " must be ", p.dims,
                    " sizes, those behind the channels");
  Shape shape = x.shape();
  std::int64_t size = 1;
  for (int i = 0; i < p.dims; ++i) {
    const auto at = static_cast<std::size_t>(3 - p.dims + i);
    const std::int64_t usual = (frame.size(x.shape(), i) - 1) * p.stride.of[at] - 2 * p.padding.of[at] + p.kernel.of[at];
    std::int64_t& place = shape[frame.channel_axis() + 1 + i];
    place = output.rank() > 0 ? output[i] : usual;
    check<ShapeError>(place >= 0 && std::abs(place - usual) < std::max<std::int64_t>(p.stride.of[at], 1), p.op, ": a size of ", place,
                      " is not what pooling would make ", frame.size(x.shape(), i), " of; the usual one is ", usual, ": x ", x.shape());
    size *= place;
  }
  const Tensor planes = planes_of(x, p.dims), places = planes_of(indices.to(i64), p.dims);
  for (const std::int64_t i : places.value().as_contiguous().span<std::int64_t>())
    check<ValueError>(i >= 0 && i < size, p.op, ": index ", i, " is outside of [0, ", size, "), the places of a channel of ", shape);
  const Tensor none(Array::zeros({planes.dim(0), size}, x.dtype()));
  return reshape(detail::scatter_checked(none, 1, places, planes), shape);
}

}  // namespace

ValuesAndIndices adaptive_max_pool1d(const Tensor& x, std::int64_t output) { return adaptive_max("adaptive_max_pool1d", x, output, 1); }
ValuesAndIndices adaptive_max_pool2d(const Tensor& x, Pair output) { return adaptive_max("adaptive_max_pool2d", x, output, 2); }
ValuesAndIndices adaptive_max_pool3d(const Tensor& x, const Triple& output) { return adaptive_max("adaptive_max_pool3d", x, output, 3); }

ValuesAndIndices fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output, const Tensor& samples) {
  return fractional_max("fractional_max_pool2d", x, kernel, output, 2, samples);
}
ValuesAndIndices fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output, Generator& generator) {
  return fractional_max_pool2d(x, kernel, output, samples_for("fractional_max_pool2d", x, 2, generator));
}
ValuesAndIndices fractional_max_pool3d(const Tensor& x, const Triple& kernel, const Triple& output, const Tensor& samples) {
  return fractional_max("fractional_max_pool3d", x, kernel, output, 3, samples);
}
ValuesAndIndices fractional_max_pool3d(const Tensor& x, const Triple& kernel, const Triple& output, Generator& generator) {
  return fractional_max_pool3d(x, kernel, output, samples_for("fractional_max_pool3d", x, 3, generator));
}

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const PoolOptions1d& o, const Shape& output) {
  return unpool(x, indices, Pooling("max_unpool1d", 1, o), output);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const PoolOptions& o, const Shape& output) {
  return unpool(x, indices, Pooling("max_unpool2d", 2, o), output);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const PoolOptions3d& o, const Shape& output) {
  return unpool(x, indices, Pooling("max_unpool3d", 3, o), output);
}

}  // namespace gradus
