#include <gradus/data/transform/batches.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/distributions.h>
#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/random.h>

namespace gradus::data {
namespace {

double share(double alpha, Generator& random) { return beta(tensor(alpha, f64), tensor(alpha, f64), random).item(); }

Array soft_labels(const char* who, const Tensor& images, const Tensor& labels, std::int64_t classes) {
  check_defined(who, images, "the images"), check_defined(who, labels, "the labels");
  check<ShapeError>(images.rank() >= 1 && labels.rank() >= 1 && images.dim(0) == labels.dim(0), who, ": images ", images.shape(),
                    " and labels ", labels.shape(), " are not of one batch");
  if (labels.dtype() == i64) {
    check<ShapeError>(labels.rank() == 1, who, ": classes are i64 [N], not ", labels.shape());
    return OneHot{classes}(labels).value();
  }
  check<DtypeError>(labels.dtype() == f32, who, ": labels are classes i64 [N] or soft ones f32 [N, classes], not ", labels.dtype());
  check<ShapeError>(labels.rank() == 2, who, ": soft labels are [N, classes], not ", labels.shape());
  return labels.value().as_contiguous();
}

// keep·row + (1 − keep)·the row before.
Array blend_rows(const Array& rows, double keep) {
  const Array from = rows.as_contiguous();
  Array out(from.shape(), f32);
  const std::int64_t n = from.shape()[0], width = n == 0 ? 0 : from.size() / n;
  const float a = static_cast<float>(keep), b = static_cast<float>(1 - keep);
  for (std::int64_t i = 0; i < n; ++i) {
    const float* const mine = from.data<float>() + i * width;
    const float* const before = from.data<float>() + (i == 0 ? n - 1 : i - 1) * width;
    float* const to = out.mutable_data<float>() + i * width;
    for (std::int64_t k = 0; k < width; ++k) to[k] = a * mine[k] + b * before[k];
  }
  return out;
}

}  // namespace

void MixUp::describe(Describe& is) const {
  is(range::above_zero, alpha);
  is(range::at_least_zero, classes);
}
std::tuple<Tensor, Tensor> MixUp::operator()(const Tensor& images, const Tensor& labels, Generator& random) const {
  check_options("MixUp", *this);
  const Array soft = soft_labels("MixUp", images, labels, classes);
  check<DtypeError>(images.dtype() == f32, "MixUp: images are f32, not ", images.dtype(), "; to_float makes them of bytes");
  const double keep = share(alpha, random);
  return {blend_rows(images.value(), keep), blend_rows(soft, keep)};
}

void CutMix::describe(Describe& is) const {
  is(range::above_zero, alpha);
  is(range::at_least_zero, classes);
}
std::tuple<Tensor, Tensor> CutMix::operator()(const Tensor& images, const Tensor& labels, Generator& random) const {
  check_options("CutMix", *this);
  const Array soft = soft_labels("CutMix", images, labels, classes);
  const detail::Pixels p = detail::pixels_of("CutMix", images);
  check<ShapeError>(images.rank() == 4 && p.h > 0 && p.w > 0, "CutMix: images are [N, C, H, W], not ", images.shape());
  const double half = 0.5 * std::sqrt(1 - share(alpha, random));
  const auto cut = [&](std::int64_t side) {
    const auto centre = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(side)));
    const auto reach = static_cast<std::int64_t>(half * static_cast<double>(side));
    return std::pair(std::max<std::int64_t>(centre - reach, 0), std::min(centre + reach, side));
  };
  const auto [x0, x1] = cut(p.w);
  const auto [y0, y1] = cut(p.h);
  Array out = p.array.contiguous_copy();
  detail::visit_pixels(out, [&, x0 = x0, x1 = x1, y0 = y0, y1 = y1]<class T>(T) {
    const std::int64_t picture = p.c * p.plane();
    for (std::int64_t i = 0; i < p.n; ++i) {
      const T* const from = p.array.data<T>() + (i == 0 ? p.n - 1 : i - 1) * picture;
      T* const to = out.mutable_data<T>() + i * picture;
      for (std::int64_t c = 0; c < p.c; ++c)
        for (std::int64_t y = y0; y < y1; ++y) {
          const std::int64_t line = c * p.plane() + y * p.w;
          std::copy(from + line + x0, from + line + x1, to + line + x0);
        }
    }
  });
  const double keep = 1 - static_cast<double>((x1 - x0) * (y1 - y0)) / static_cast<double>(p.plane());
  return {std::move(out), blend_rows(soft, keep)};
}

}  // namespace gradus::data
