#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// The size of blocks of `factor` by `factor`, for x [..., C, H, W].
void check_images(const char* op, const Tensor& x, std::int64_t factor) {
  check_defined(op, x);
  check<ShapeError>(x.rank() >= 3, op, ": x must be [..., C, H, W], not ", x.shape());
  check<ValueError>(factor >= 1 && factor < 1 << 15, op, ": factor must be at least 1, not ", factor);
}

// x with its last three dimensions as those of `six`, in the order `order` of the latter, as `images`.
Tensor rearranged(const Tensor& x, const std::array<std::int64_t, 5>& parts, const std::array<int, 5>& order,
                  const std::array<std::int64_t, 3>& images) {
  const std::int64_t block = parts[0] * parts[1] * parts[2] * parts[3] * parts[4];
  Shape shape = x.shape(), flat{block > 0 ? x.size() / block : 0}, axes{0};
  for (const std::int64_t size : parts) flat.push_back(size);
  for (const int axis : order) axes.push_back(axis + 1);
  for (int i = 0; i < 3; ++i) shape[x.rank() - 3 + i] = images[static_cast<std::size_t>(i)];
  return reshape(permute(reshape(x, flat), axes), shape);
}

}  // namespace

Tensor pixel_shuffle(const Tensor& x, std::int64_t factor) {
  check_images("pixel_shuffle", x, factor);
  const std::int64_t c = x.dim(x.rank() - 3) / (factor * factor), h = x.dim(x.rank() - 2), w = x.dim(x.rank() - 1);
  check<ShapeError>(c * factor * factor == x.dim(x.rank() - 3), "pixel_shuffle: the channels of x ", x.shape(), " must be a multiple of ",
                    factor * factor);
  return rearranged(x, {c, factor, factor, h, w}, {0, 3, 1, 4, 2}, {c, h * factor, w * factor});
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t factor) {
  check_images("pixel_unshuffle", x, factor);
  const std::int64_t c = x.dim(x.rank() - 3), h = x.dim(x.rank() - 2) / factor, w = x.dim(x.rank() - 1) / factor;
  check<ShapeError>(h * factor == x.dim(x.rank() - 2) && w * factor == x.dim(x.rank() - 1), "pixel_unshuffle: the sizes of the images ",
                    x.shape(), " must be multiples of ", factor);
  return rearranged(x, {c, h, factor, w, factor}, {0, 2, 4, 1, 3}, {c * factor * factor, h, w});
}

Tensor channel_shuffle(const Tensor& x, std::int64_t groups) {
  check_defined("channel_shuffle", x);
  check<ShapeError>(x.rank() >= 2, "channel_shuffle: x must be [N, C, ...], not ", x.shape());
  check<ValueError>(groups >= 1 && x.dim(1) % groups == 0, "channel_shuffle: groups must divide the channels of x ", x.shape(), ", and ",
                    groups, " does not");
  const Shape shape = x.shape();
  std::int64_t pixels = 1;
  for (int i = 2; i < x.rank(); ++i) pixels *= shape[i];
  return reshape(transpose(reshape(x, {shape[0], groups, shape[1] / groups, pixels}), 1, 2), shape);
}

}  // namespace gradus
