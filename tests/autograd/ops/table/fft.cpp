// Fourier transforms: of one pass, of several, of odd and even lengths, of a prime that is a convolution.
#include <gradus/autograd/ops/fft.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/op_table.h"

namespace gradus::fft_table {

using fft::Norm;

std::array<Tensor, 2> both(const ComplexPair& x) { return {x.real, x.imag}; }

Row row(std::string name, Functions f, std::vector<Input> inputs, std::function<void()> mistake = {}, std::vector<std::string> says = {}) {
  return {.name = name, .f = f, .inputs = inputs, .mistake = mistake, .says = says, .optional_from = 1};
}

const Rows family{
    row("fft", of([](auto& x, auto& y) {
          return both(fft::fft({x, y}));
        }),
        {{.shape = {2, 6}}, {.shape = {2, 6}}},
        [] {
          fft::fft({zeros({2}), zeros({3})});
        },
        {"fft", "one shape", "[2]", "[3]"}),
    row("fft", of([](auto& x) { return both(fft::fft(x, 5, 0, Norm::ortho)); }), {{.shape = {4, 3}}}, [] { fft::fft(zeros({2}), 0); },
        {"fft", "no transform of 0 numbers"}),
    row("fft", of([](auto& x, auto& y) {
          return fft::fft({x, y}, 7, 1).imag;
        }),
        {{.shape = {2, 8, 2}}, {.shape = {2, 8, 2}}}),
    row("ifft", of([](auto& x, auto& y) {
          return both(fft::ifft({x, y}));
        }),
        {{.shape = {3, 37}}, {.shape = {3, 37}}}, [] { fft::ifft(zeros({2}, i64)); }, {"ifft", "i64"}),
    row("ifft", of([](auto& x, auto& y) {
          return square(fft::ifft({x, y}, 12, 0, Norm::forward).real);
        }),
        {{.shape = {4, 2}}, {.shape = {4, 2}}}),
    row("rfft", of([](auto& x) { return both(fft::rfft(x)); }), {{.shape = {2, 8}}}, [] { fft::rfft(zeros({})); }, {"rfft", "a scalar"}),
    row("rfft", of([](auto& x) { return both(fft::rfft(x, 5, 0, Norm::ortho)); }), {{.shape = {4, 2}}}),
    row("rfft", of([](auto& x) { return square(fft::rfft(x, -1, 1).real); }), {{.shape = {2, 6, 3}}}),
    row("irfft", of([](auto& x, auto& y) {
          return fft::irfft({x, y});
        }),
        {{.shape = {2, 5}}, {.shape = {2, 5}}}, [] { fft::irfft(zeros({1})); }, {"irfft", "no transform of 0 numbers"}),
    row("irfft", of([](auto& x, auto& y) {
          return fft::irfft({x, y}, 7, 0);
        }),
        {{.shape = {3, 2}}, {.shape = {3, 2}}}),
    row("irfft", of([](auto& x) { return fft::irfft(x, 6, 0, Norm::forward); }), {{.shape = {3, 2}}}),
    row("hfft", of([](auto& x, auto& y) {
          return fft::hfft({x, y});
        }),
        {{.shape = {2, 4}}, {.shape = {2, 4}}}, [] { fft::hfft(zeros({2}), 4, 1); }, {"hfft", "axis 1"}),
    row("hfft", of([](auto& x) { return fft::hfft(x, 5, 0, Norm::ortho); }), {{.shape = {2, 3}}}),
    row("ihfft", of([](auto& x) { return both(fft::ihfft(x, 4, 0, Norm::forward)); }), {{.shape = {5, 2}}}),
    row("ihfft", of([](auto& x) { return both(fft::ihfft(x)); }), {{.shape = {2, 6}}}, [] { fft::ihfft(zeros({2}, i64)); },
        {"ihfft", "i64"}),
    row("fftn", of([](auto& x, auto& y) {
          return both(fft::fftn({x, y}, {2, 4}, {0, 2}));
        }),
        {{.shape = {3, 2, 4}}, {.shape = {3, 2, 4}}},
        [] {
          fft::fftn(zeros({2, 2}), {2}, {0, 1});
        },
        {"fftn", "1 sizes for 2 axes"}),
    row("ifftn", of([](auto& x, auto& y) {
          return both(fft::ifftn({x, y}));
        }),
        {{.shape = {3, 4}}, {.shape = {3, 4}}},
        [] {
          fft::ifftn(zeros({2, 2}), {}, {1, -1});
        },
        {"ifftn", "axis 1 is named twice"}),
    row("rfftn", of([](auto& x) { return both(fft::rfftn(x)); }), {{.shape = {3, 4}}}, [] { fft::rfftn(zeros({})); },
        {"rfftn", "a scalar"}),
    row("irfftn", of([](auto& x, auto& y) {
          return fft::irfftn({x, y}, {3, 5}, {0, 1}, Norm::ortho);
        }),
        {{.shape = {3, 3}}, {.shape = {3, 3}}},
        [] {
          fft::irfftn(zeros({2, 2}), {0});
        },
        {"irfftn", "no transform of 0 numbers"}),
    row("fft2", of([](auto& x, auto& y) {
          return both(fft::fft2({x, y}));
        }),
        {{.shape = {2, 3, 4}}, {.shape = {2, 3, 4}}}, [] { fft::fft2(zeros({2})); }, {"fft2", "axis -2"}),
    row("ifft2", of([](auto& x, auto& y) {
          return both(fft::ifft2({x, y}));
        }),
        {{.shape = {3, 4}}, {.shape = {3, 4}}}, [] { fft::ifft2(zeros({2})); }, {"ifft2", "axis -2"}),
    row("rfft2", of([](auto& x) { return both(fft::rfft2(x)); }), {{.shape = {3, 5}}}, [] { fft::rfft2(zeros({2})); },
        {"rfft2", "axis -2"}),
    row("irfft2", of([](auto& x, auto& y) {
          return fft::irfft2({x, y});
        }),
        {{.shape = {3, 4}}, {.shape = {3, 4}}}, [] { fft::irfft2(zeros({2})); }, {"irfft2", "axis -2"}),
    row("fftshift", of([](auto& x) { return fft::fftshift(x, 1); }), {{.shape = {2, 5}}}, [] { fft::fftshift(zeros({2}), 1); },
        {"fftshift", "axis 1"}),
    row("fft", of([](auto& x) { return both(fft::fft(x)); }), {{.shape = {0, 3}}}),
    row("fft", of([](auto& x) { return both(fft::fft(x)); }), {{.shape = {2, 1}}}),
    row("rfft", of([](auto& x) { return both(fft::rfft(x, 4)); }), {{.shape = {2, 0}}}),
    row("rfft", of([](auto& x) { return both(fft::rfft(x)); }), {{.shape = {1}}}),
    row("irfft", of([](auto& x, auto& y) { return fft::irfft({x, y}, 1); }), {{.shape = {2, 1}}, {.shape = {2, 1}}}),
    row("rfftn", of([](auto& x) { return both(fft::rfftn(x, {}, {1, 2})); }), {{.shape = {0, 2, 3}}}),
    row("fftshift", of([](auto& x) { return fft::fftshift(x); }), {{.shape = {0, 1}}}),
    row("ifftshift", of([](auto& x) { return fft::ifftshift(x); }), {{.shape = {2, 5}}}, [] { fft::ifftshift(zeros({2}), 1); },
        {"ifftshift", "axis 1"}),
    {.name = "fftfreq",
     .f = of_all([](const Tensors&) { return fft::fftfreq(5, 0.5, f64); }),
     .inputs = {},
     .differentiable = false,
     .mistake = [] { fft::fftfreq(0); },
     .says = {"fftfreq", "0 numbers"}},
    {.name = "rfftfreq",
     .f = of_all([](const Tensors&) { return fft::rfftfreq(5, 0.5, f64); }),
     .inputs = {},
     .differentiable = false,
     .mistake = [] { fft::rfftfreq(-1); },
     .says = {"rfftfreq", "0 numbers"}},
};

}  // namespace gradus::fft_table
