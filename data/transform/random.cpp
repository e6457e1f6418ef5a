#include <gradus/data/transform/random.h>

#include <array>
#include <cmath>
#include <utility>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/creation.h>
#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/internal/window.h>

namespace gradus::data {
namespace {

double between(Generator& random, const std::array<double, 2>& ends) { return ends[0] + (ends[1] - ends[0]) * random.uniform(); }
std::int64_t up_to(Generator& random, std::int64_t most) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most) + 1));
}

void check_ends(const char* who, const char* what, const std::array<double, 2>& ends) {
  check<ValueError>(ends[0] <= ends[1], who, ": ", what, " runs from ", ends[0], " to ", ends[1], "; the smaller number stands first");
}

std::pair<std::int64_t, std::int64_t> size_of(const char* who, std::int64_t height, std::int64_t width) {
  check<ValueError>(height >= 1 && width >= 0, who, ": needs a .height, at least 1 (and a .width, or 0: as the height), not ", height,
                    " x ", width);
  return {height, width == 0 ? height : width};
}

std::int64_t nearest(double x) { return std::llrint(x); }

// Draws of a rectangle with a share of `area` and a proportion: its first and its second side.
std::pair<std::int64_t, std::int64_t> rectangle(Generator& random, std::int64_t area, const std::array<double, 2>& scale,
                                                const std::array<double, 2>& ratio) {
  const double share = static_cast<double>(area) * between(random, scale);
  const double proportion = std::exp(between(random, {std::log(ratio[0]), std::log(ratio[1])}));
  return {nearest(std::sqrt(share * proportion)), nearest(std::sqrt(share / proportion))};
}

}  // namespace

Tensor ToFloat::operator()(const Tensor& picture) const { return pictures::to_float(picture); }
Tensor Normalize::operator()(const Tensor& picture) const { return pictures::normalize(picture, mean, deviation); }

Tensor OneHot::operator()(const Tensor& label) const {
  check_defined("OneHot", label, "the label");
  check<DtypeError>(label.dtype() == i64, "OneHot: classes are i64, not ", label.dtype());
  check<ValueError>(classes >= 1, "OneHot: needs .classes, at least 1, not ", classes);
  const Array at = label.value().as_contiguous();
  for (const std::int64_t c : at.span<std::int64_t>())
    check<ValueError>(0 <= c && c < classes, "OneHot: class ", c, " of ", classes, "; classes count from 0");
  Shape shape = at.shape();
  shape.push_back(classes);
  Array out = Array::zeros(shape);
  float* row = out.mutable_data<float>();
  for (const std::int64_t c : at.span<std::int64_t>()) row[c] = 1, row += classes;
  return out;
}
Tensor OneHot::operator()(std::int64_t label) const { return (*this)(Tensor(Array::from(std::vector<std::int64_t>{label}, {}))); }

Tensor Resize::operator()(const Tensor& picture) const {
  if (shorter == 0) {
    const auto [h, w] = size_of("Resize", height, width);
    return pictures::resize(picture, h, w, {mode, antialias});
  }
  check<ValueError>(shorter >= 1 && height == 0 && width == 0, "Resize: either .height and .width or .shorter");
  const detail::Pixels p = detail::pixels_of("Resize", picture);
  check<ShapeError>(p.h > 0 && p.w > 0, "Resize: a picture without pixels: ", picture.shape());
  const auto other = [this](std::int64_t longer, std::int64_t side) {
    return static_cast<std::int64_t>(static_cast<double>(shorter) * static_cast<double>(longer) / static_cast<double>(side));
  };
  return p.h <= p.w ? pictures::resize(picture, shorter, other(p.w, p.h), {mode, antialias})
                    : pictures::resize(picture, other(p.h, p.w), shorter, {mode, antialias});
}

Tensor CenterCrop::operator()(const Tensor& picture) const {
  const auto [h, w] = size_of("CenterCrop", height, width);
  return pictures::center_crop(picture, h, w);
}

void RandomCrop::describe(Describe& is) const {
  is(range::at_least_one, height);
  is(range::at_least_zero, width, padding);
  is(range::finite, fill);
}
Tensor RandomCrop::operator()(const Tensor& picture, Generator& random) const {
  const auto [h, w] = size_of("RandomCrop", height, width);
  const detail::Pixels p = detail::pixels_of("RandomCrop", picture);
  check<ValueError>(padding >= 0 && padding <= detail::most_padding, "RandomCrop: padding of ", padding, " pixels");
  detail::check_fill("RandomCrop", picture.dtype(), fill);
  const std::int64_t down = p.h + 2 * padding - h, right = p.w + 2 * padding - w;
  check<ValueError>(down >= 0 && right >= 0, "RandomCrop: ", h, " x ", w, " pixels are more than the picture ", picture.shape(),
                    " has with a padding of ", padding);
  const std::int64_t top = up_to(random, down), left = up_to(random, right);
  return detail::window("RandomCrop", picture, {.first = top - padding, .count = h, .mode = padding_mode},
                        {.first = left - padding, .count = w, .mode = padding_mode}, fill);
}

void RandomResizedCrop::describe(Describe& is) const {
  is(range::at_least_one, height);
  is(range::at_least_zero, width);
  is(range::above_zero, scale, ratio);
}
Tensor RandomResizedCrop::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandomResizedCrop", *this);
  check_ends("RandomResizedCrop", "scale", scale), check_ends("RandomResizedCrop", "ratio", ratio);
  const auto [to_h, to_w] = size_of("RandomResizedCrop", height, width);
  const detail::Pixels p = detail::pixels_of("RandomResizedCrop", picture);
  check<ShapeError>(p.h > 0 && p.w > 0, "RandomResizedCrop: a picture without pixels: ", picture.shape());
  std::int64_t top = 0, left = 0, h = 0, w = 0;
  bool found = false;
  for (int attempt = 0; attempt < 10 && !found; ++attempt) {
    std::tie(w, h) = rectangle(random, p.plane(), scale, ratio);
    found = w > 0 && w <= p.w && h > 0 && h <= p.h;
    if (found) top = up_to(random, p.h - h), left = up_to(random, p.w - w);
  }
  if (!found) {
    const double has = static_cast<double>(p.w) / static_cast<double>(p.h);
    w = p.w, h = p.h;
    if (has < ratio[0])
      h = std::min(p.h, nearest(static_cast<double>(w) / ratio[0]));
    else if (has > ratio[1])
      w = std::min(p.w, nearest(static_cast<double>(h) * ratio[1]));
    h = std::max<std::int64_t>(h, 1), w = std::max<std::int64_t>(w, 1);
    top = (p.h - h) / 2, left = (p.w - w) / 2;
  }
  return pictures::resize(pictures::crop(picture, top, left, h, w), to_h, to_w, {mode, antialias});
}

void RandomHorizontalFlip::describe(Describe& is) const { is(range::unit, p); }
Tensor RandomHorizontalFlip::operator()(const Tensor& picture, Generator& random) const {
  check<ValueError>(0 <= p && p <= 1, "RandomHorizontalFlip: p must lie in [0, 1], not ", p);
  return random.uniform() < p ? pictures::horizontal_flip(picture) : picture.detach();
}
void RandomVerticalFlip::describe(Describe& is) const { is(range::unit, p); }
Tensor RandomVerticalFlip::operator()(const Tensor& picture, Generator& random) const {
  check<ValueError>(0 <= p && p <= 1, "RandomVerticalFlip: p must lie in [0, 1], not ", p);
  return random.uniform() < p ? pictures::vertical_flip(picture) : picture.detach();
}

void RandomRotation::describe(Describe& is) const { is(range::finite, degrees, fill); }
Tensor RandomRotation::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandomRotation", *this);
  check_ends("RandomRotation", "degrees", degrees);
  return pictures::rotate(picture, between(random, degrees), {mode, fill, expand});
}

void RandomAffine::describe(Describe& is) const {
  is(range::finite, degrees, fill);
  is(range::unit, translate);
  is(range::above_zero, scale);
  is(Range{.least = -90, .most = 90}, shear_x, shear_y);
}
Tensor RandomAffine::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandomAffine", *this);
  check_ends("RandomAffine", "degrees", degrees), check_ends("RandomAffine", "scale", scale);
  check_ends("RandomAffine", "shear_x", shear_x), check_ends("RandomAffine", "shear_y", shear_y);
  const detail::Pixels p = detail::pixels_of("RandomAffine", picture);
  pictures::Affine how;
  how.degrees = between(random, degrees);
  const double x = translate[0] * static_cast<double>(p.w), y = translate[1] * static_cast<double>(p.h);
  how.translate[0] = std::nearbyint(between(random, {-x, x}));
  how.translate[1] = std::nearbyint(between(random, {-y, y}));
  how.scale = between(random, scale);
  how.shear[0] = between(random, shear_x);
  how.shear[1] = between(random, shear_y);
  return pictures::affine(picture, how, {.mode = mode, .fill = fill});
}

void RandomErasing::describe(Describe& is) const {
  is(range::unit, p, scale);
  is(range::above_zero, ratio);
  is(range::finite, value);
}
Tensor RandomErasing::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandomErasing", *this);
  check_ends("RandomErasing", "scale", scale), check_ends("RandomErasing", "ratio", ratio);
  const detail::Pixels pixels = detail::pixels_of("RandomErasing", picture);
  check<DtypeError>(!noise || picture.dtype() == f32, "RandomErasing: noise is for f32 pictures, not ", picture.dtype());
  if (random.uniform() >= p) return picture.detach();
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto [h, w] = rectangle(random, pixels.plane(), scale, ratio);
    if (h >= pixels.h || w >= pixels.w) continue;
    const std::int64_t top = up_to(random, pixels.h - h), left = up_to(random, pixels.w - w);
    if (!noise) return pictures::erase(picture, top, left, h, w, value);
    Array out = pixels.array;
    float* const to = out.mutable_data<float>();
    for (std::int64_t plane = 0; plane < pixels.n * pixels.c; ++plane)
      for (std::int64_t y = top; y < top + h; ++y)
        for (std::int64_t x = left; x < left + w; ++x) to[plane * pixels.plane() + y * pixels.w + x] = static_cast<float>(random.normal());
    return out;
  }
  return picture.detach();
}

void ColorJitter::describe(Describe& is) const {
  is(range::at_least_zero, brightness, contrast, saturation);
  is(range::between(0, 0.5), hue);
}
Tensor ColorJitter::operator()(const Tensor& picture, Generator& random) const {
  check_options("ColorJitter", *this);
  check_colours("ColorJitter", detail::pixels_of("ColorJitter", picture));
  std::array<int, 4> order{0, 1, 2, 3};
  for (std::size_t i = 3; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  const auto factor = [&](double x) { return between(random, {std::max(0.0, 1 - x), 1 + x}); };
  const double light = factor(brightness), contrasts = factor(contrast), colour = factor(saturation), turns = between(random, {-hue, hue});
  Tensor out = picture.detach();
  for (const int which : order) {
    if (which == 0 && brightness > 0) out = pictures::adjust_brightness(out, light);
    if (which == 1 && contrast > 0) out = pictures::adjust_contrast(out, contrasts);
    if (which == 2 && saturation > 0) out = pictures::adjust_saturation(out, colour);
    if (which == 3 && hue > 0) out = pictures::adjust_hue(out, turns);
  }
  return out;
}

void RandomGrayscale::describe(Describe& is) const { is(range::unit, p); }
Tensor RandomGrayscale::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandomGrayscale", *this);
  const detail::Pixels pixels = detail::pixels_of("RandomGrayscale", picture);
  check_colours("RandomGrayscale", pixels);
  return random.uniform() < p ? pictures::grayscale(picture, pixels.c) : picture.detach();
}

void GaussianNoise::describe(Describe& is) const {
  is(range::finite, mean);
  is(range::at_least_zero, deviation);
}
Tensor GaussianNoise::operator()(const Tensor& picture, Generator& random) const {
  check_options("GaussianNoise", *this);
  const detail::Pixels p = detail::pixels_of("GaussianNoise", picture);
  const Array noise = normal(Array(picture.shape(), f32), mean, deviation, random);
  const float* const add = noise.data<float>();
  Array out(picture.shape(), picture.dtype());
  detail::visit_pixels(out, [&]<class T>(T) {
    const T* const from = p.array.data<T>();
    T* const to = out.mutable_data<T>();
    for (std::int64_t i = 0; i < out.size(); ++i) {
      const float x = static_cast<float>(from[i]) + add[i] * detail::brightest<T>;
      to[i] = clip ? detail::rounded<T>(std::min(std::max(0.0f, x), detail::brightest<T>)) : detail::rounded<T>(x);
    }
  });
  return out;
}

void GaussianBlur::describe(Describe& is) const {
  is(range::at_least_one, size);
  is(range::above_zero, sigma);
}
Tensor GaussianBlur::operator()(const Tensor& picture, Generator& random) const {
  check_options("GaussianBlur", *this);
  check_ends("GaussianBlur", "sigma", sigma);
  return pictures::gaussian_blur(picture, size, between(random, sigma));
}

}  // namespace gradus::data
