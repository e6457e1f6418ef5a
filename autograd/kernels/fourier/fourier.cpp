#include <gradus/autograd/kernels/fourier/fourier.h>

#include <algorithm>
#include <utility>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(FourierLoops, fourier_loops)

template <class T>
Planes<T> run_fourier(const FourierPlan<T>& plan, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<T> work,
                      Planes<T> other) {
  const FourierLoops1<T>& loops = fourier_loops().of(T{});
  const auto constant = [](Planes<T> p) { return Planes<const T>{p.re, p.im}; };
  if (plan.longer) {
    const std::int64_t n = plan.longer->n;
    loops.twist(plan.n, width, x, pitch, plan.chirp.planes(), work);
    std::fill(work.re + plan.n * width, work.re + n * width, T(0)), std::fill(work.im + plan.n * width, work.im + n * width, T(0));
    Planes<T> y = run_fourier(*plan.longer, width, constant(work), width, other, work);
    loops.twist(n, width, constant(y), width, plan.spectrum.planes(), y);
    // Back again: with real and imaginary parts exchanged it is the same transform.
    const Planes<T> free = y.re == work.re ? other : work;
    y = run_fourier(*plan.longer, width, constant(y.swapped()), width, free.swapped(), y.swapped()).swapped();
    loops.twist(plan.n, width, constant(y), width, plan.chirp.planes(), y);
    return y;
  }
  for (const FourierPass<T>& pass : plan.passes) {
    loops.pass(pass, width, x, pitch, work);
    x = constant(work), pitch = width;
    std::swap(work, other);
  }
  if (!plan.passes.empty()) return other;
  for (std::int64_t k = 0; k < plan.n; ++k)
    std::copy_n(x.re + k * pitch, width, work.re + k * width), std::copy_n(x.im + k * pitch, width, work.im + k * width);
  return work;
}

namespace {

// Some rows side by side, in an array seen as outer × n × inner: those of `outer` when inner is 1, else of one slice.
struct Block {
  std::int64_t row, column, width;
};

// Calls work(block, room) for all rows, in blocks of as many as stay in a cache; room is scratch of `planes` times n·width numbers.
template <class T, class Work>
void in_blocks(const Cut& c, std::int64_t n, int planes, Work work) {
  const std::int64_t each = n * planes * static_cast<std::int64_t>(sizeof(T));
  std::int64_t width = 64 / static_cast<std::int64_t>(sizeof(T));
  while (width > 1 && each * width > 1 << 20) width /= 2;
  while (each * width < 1 << 13) width *= 2;   // of short rows many: setting out takes longer than the transforms
  const bool rows = c.inner == 1;
  const std::int64_t line = rows ? c.outer : c.inner, in_line = (line + width - 1) / width;
  parallel_for(rows ? in_line : c.outer * in_line, items_worth(1 << 12, n * width), [&](std::int64_t begin, std::int64_t end) {
    const pool::Scratch<T> room(n * width * planes);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = i % in_line * width, count = std::min(width, line - at);
      work(rows ? Block{at, 0, count} : Block{i / in_line, at, count}, room.data());
    }
  });
}

// The numbers of a block, to and from [n, width]: turned around when they are rows, and left where they are when they lie so already.
template <class T>
struct Lines {
  const Cut& c;
  std::int64_t n, pitch = 0;  // n of this array, which c.n need not be
  const T* read(const T* x, const Block& b, T* room) {
    if (c.inner != 1) return pitch = c.inner, x + b.row * n * c.inner + b.column;
    pitch = b.width;
    if (b.width == 1) return x + b.row * n;
    fourier_loops().of(T{}).turn(b.width, n, x + b.row * n, n, room, b.width);
    return room;
  }
  // Real numbers with zeros for their imaginary parts, which lie in `room`, and the numbers too unless they can be read where they are.
  Planes<const T> read_real(const T* x, const Block& b, Planes<T> room) {
    const T* re = read(x, b, room.re);
    for (std::int64_t k = 0; pitch != b.width && k < n; ++k) std::copy_n(re + k * pitch, b.width, room.re + k * b.width);
    if (std::exchange(pitch, b.width) != b.width) re = room.re;
    std::fill_n(room.im, n * b.width, T(0));
    return {re, room.im};
  }
  void write(const T* from, const Block& b, T* y) const {
    if (c.inner == 1 && b.width == 1)
      std::copy_n(from, n, y + b.row * n);
    else if (c.inner == 1)
      fourier_loops().of(T{}).turn(n, b.width, from, b.width, y + b.row * n, n);
    else
      for (std::int64_t k = 0; k < n; ++k) std::copy_n(from + k * b.width, b.width, y + (b.row * n + k) * c.inner + b.column);
  }
};

Shape with_size(Shape shape, int axis, std::int64_t n) {
  shape[axis] = n;
  return shape;
}

}  // namespace

std::array<Array, 2> fourier(const Array& real, const Array& imag, int axis, bool forward, double scale) {
  std::array<Array, 2> out{Array(real.shape(), real.dtype()), Array(real.shape(), real.dtype())};
  const Cut c(real.shape(), axis);
  visit_floating(real.dtype(), "fft", [&]<class T>(T) {
    const auto plan = fourier_plan<T>(c.n);
    const FourierLoops1<T>& loops = fourier_loops().of(T{});
    const T *re = real.data<T>(), *im = imag.defined() ? imag.data<T>() : nullptr;
    T *const to_re = out[0].mutable_data<T>(), *const to_im = out[1].mutable_data<T>();
    in_blocks<T>(c, plan->room(), 4, [&](const Block& b, T* room) {
      const std::int64_t size = plan->room() * b.width;
      Planes<T> work{room, room + size}, other{room + 2 * size, room + 3 * size};
      Lines<T> lines{c, c.n};
      Planes<const T> x{};
      if (im)
        x.re = lines.read(re, b, other.re), x.im = lines.read(im, b, other.im);
      else
        x = lines.read_real(re, b, other);
      if (!forward) x = {x.im, x.re};
      Planes<T> y = run_fourier(*plan, b.width, x, lines.pitch, work, other);
      if (!forward) y = y.swapped();
      if (scale != 1) loops.scale(c.n * b.width, static_cast<T>(scale), y.re), loops.scale(c.n * b.width, static_cast<T>(scale), y.im);
      lines.write(y.re, b, to_re), lines.write(y.im, b, to_im);
    });
  });
  return out;
}

std::array<Array, 2> half_fourier(const Array& x, int axis, double scale, double twins) {
  const Cut c(x.shape(), axis);
  const std::int64_t n = c.n, bins = n / 2 + 1, h = n % 2 == 0 ? n / 2 : n;  // of odd n the whole spectrum, and what is wanted of it
  std::array<Array, 2> out{Array(with_size(x.shape(), axis, bins), x.dtype()), Array(with_size(x.shape(), axis, bins), x.dtype())};
  visit_floating(x.dtype(), "rfft", [&]<class T>(T) {
    const auto plan = fourier_plan<T>(h, n % 2 == 0);
    const FourierLoops1<T>& loops = fourier_loops().of(T{});
    const T* const from = x.data<T>();
    T *const to_re = out[0].mutable_data<T>(), *const to_im = out[1].mutable_data<T>();
    const std::int64_t most = std::max(plan->room(), bins);
    in_blocks<T>(c, most, 6, [&](const Block& b, T* room) {
      const std::int64_t size = most * b.width;
      Planes<T> work{room, room + size}, other{room + 2 * size, room + 3 * size};
      T* const staging = room + 4 * size;  // n <= 2·h
      Lines<T> lines{c, n}, halves{c, bins};
      if (n % 2 == 0) {
        const T* const in = lines.read(from, b, staging);
        const Planes<T> z = run_fourier(*plan, b.width, Planes<const T>{in, in + lines.pitch}, 2 * lines.pitch, work, other);
        const Planes<T> y = z.re == work.re ? other : work;
        loops.split(h, b.width, {z.re, z.im}, plan->half_turns.planes(), static_cast<T>(scale), static_cast<T>(twins), y);
        halves.write(y.re, b, to_re), halves.write(y.im, b, to_im);
      } else {
        const Planes<T> y = run_fourier(*plan, b.width, lines.read_real(from, b, other), b.width, work, other);
        for (T* const plane : {y.re, y.im}) {
          loops.scale(b.width, static_cast<T>(scale), plane);
          loops.scale((bins - 1) * b.width, static_cast<T>(scale * twins), plane + b.width);
        }
        std::fill_n(y.im, b.width, T(0));
        halves.write(y.re, b, to_re), halves.write(y.im, b, to_im);
      }
    });
  });
  return out;
}

Array from_half_fourier(const Array& real, const Array& imag, int axis, std::int64_t n, double scale, double twins) {
  Array out(with_size(real.shape(), axis, n), real.dtype());
  const Cut c(real.shape(), axis);
  const std::int64_t bins = n / 2 + 1, h = n % 2 == 0 ? n / 2 : n;
  visit_floating(real.dtype(), "irfft", [&]<class T>(T) {
    const auto plan = fourier_plan<T>(h, n % 2 == 0);
    const FourierLoops1<T>& loops = fourier_loops().of(T{});
    const T *const re = real.data<T>(), *const im = imag.data<T>();
    T* const to = out.mutable_data<T>();
    const std::int64_t most = std::max(plan->room(), bins);
    in_blocks<T>(c, most, 6, [&](const Block& b, T* room) {
      const std::int64_t size = most * b.width, width = b.width;
      Planes<T> work{room, room + size}, other{room + 2 * size, room + 3 * size};
      T* const staging = room + 4 * size;
      Lines<T> lines{c, n}, halves{c, bins};
      Planes<const T> y{halves.read(re, b, other.re), nullptr};
      y.im = halves.read(im, b, other.im);
      if (n % 2 == 0) {
        loops.join(h, width, y, halves.pitch, plan->half_turns.planes(), static_cast<T>(scale), static_cast<T>(twins), work);
        const Planes<T> x = run_fourier(*plan, width, Planes<const T>{work.im, work.re}, width, other.swapped(), work.swapped()).swapped();
        for (std::int64_t j = 0; j < h; ++j) {
          std::copy_n(x.re + j * width, width, staging + 2 * j * width);
          std::copy_n(x.im + j * width, width, staging + (2 * j + 1) * width);
        }
        lines.write(staging, b, to);
      } else {  // both halves of the spectrum, the second one mirrored
        for (std::int64_t k = 0; k < bins; ++k) {
          const T factor = static_cast<T>(k == 0 ? scale : scale * twins / 2);
          for (std::int64_t i = 0; i < width; ++i) {
            const T a = factor * y.re[k * halves.pitch + i], b = k == 0 ? T(0) : factor * y.im[k * halves.pitch + i];
            work.re[k * width + i] = a, work.im[k * width + i] = b;
            if (k > 0) work.re[(n - k) * width + i] = a, work.im[(n - k) * width + i] = -b;
          }
        }
        const Planes<T> x = run_fourier(*plan, width, Planes<const T>{work.im, work.re}, width, other.swapped(), work.swapped()).swapped();
        lines.write(x.re, b, to);
      }
    });
  });
  return out;
}

template Planes<float> run_fourier(const FourierPlan<float>&, std::int64_t, Planes<const float>, std::int64_t, Planes<float>,
                                   Planes<float>);
template Planes<double> run_fourier(const FourierPlan<double>&, std::int64_t, Planes<const double>, std::int64_t, Planes<double>,
                                    Planes<double>);

}  // namespace gradus::kernels
