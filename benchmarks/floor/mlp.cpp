// The floor of the jobs mlp-*: the same training without a framework. Each product goes through oneDNN's matmul primitive, created once,
// with bias and ReLU inside, or through OpenBLAS, a part a thread, whichever proved faster in a trial; everything else in as few loops as
// possible; Adam in one pass over one array of all parameters. Compiled for this machine alone.
#include <cblas.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unordered_map>

#include "../measure.h"

namespace {

using dnnl::memory;

struct Engine {
  dnnl::engine cpu{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{cpu};
};

// A row-major matrix, or (transposed) one whose memory is row-major the other way round.
struct Matrix {
  float* data;
  std::int64_t rows, columns;
  bool transposed = false;
  memory::desc desc() const {
    return {{rows, columns}, memory::data_type::f32, transposed ? memory::format_tag::ba : memory::format_tag::ab};
  }
};

// c = a·b, with a bias for each column and ReLU if wanted.
class Product {
 public:
  Product(Engine& engine, const Matrix& a, const Matrix& b, const Matrix& c, float* bias = nullptr, bool relu = false)
      : stream_(engine.stream), a_(a), b_(b), c_(c), bias_(bias), relu_(relu) {
    dnnl::primitive_attr attributes;
    if (relu) {
      dnnl::post_ops after;
      after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
      attributes.set_post_ops(after);
    }
    const memory::desc bias_desc({1, c.columns}, memory::data_type::f32, memory::format_tag::ab);
    const auto desc = bias ? dnnl::matmul::desc(a.desc(), b.desc(), bias_desc, c.desc()) : dnnl::matmul::desc(a.desc(), b.desc(), c.desc());
    product_ = dnnl::matmul(dnnl::matmul::primitive_desc(desc, attributes, engine.cpu));
    arguments_ = {{DNNL_ARG_SRC, memory(a.desc(), engine.cpu, a.data)},
                  {DNNL_ARG_WEIGHTS, memory(b.desc(), engine.cpu, b.data)},
                  {DNNL_ARG_DST, memory(c.desc(), engine.cpu, c.data)}};
    if (bias) arguments_.emplace(DNNL_ARG_BIAS, memory(bias_desc, engine.cpu, bias));
  }
  void set_source(float* data) { arguments_[DNNL_ARG_SRC].set_data_handle(a_.data = data); }
  void set_weights(float* data) { arguments_[DNNL_ARG_WEIGHTS].set_data_handle(b_.data = data); }
  void choose() { blas_ = bench::seconds_per_call(0.02, [&] { blas(); }) < bench::seconds_per_call(0.02, [&] { onednn(); }); }
  void run() { blas_ ? blas() : onednn(); }

 private:
  void onednn() { product_.execute(stream_, arguments_); }
  // Each thread makes some rows of c, or some columns where there are more of those.
  void blas() {
    const std::int64_t m = c_.rows, n = c_.columns, k = a_.columns;
    const bool by_row = m > n;
#pragma omp parallel
    {
      const std::int64_t size = by_row ? m : n, part = (size + omp_get_num_threads() - 1) / omp_get_num_threads();
      const std::int64_t begin = std::min(size, part * omp_get_thread_num()), count = std::min(part, size - begin);
      const std::int64_t row = by_row ? begin : 0, column = by_row ? 0 : begin, rows = by_row ? count : m, columns = by_row ? n : count;
      const std::int64_t a_stride = a_.transposed ? m : k, b_stride = b_.transposed ? k : n;
      float* c = c_.data + row * n + column;
      if (count > 0)
        cblas_sgemm(CblasRowMajor, a_.transposed ? CblasTrans : CblasNoTrans, b_.transposed ? CblasTrans : CblasNoTrans, rows, columns, k,
                    1, a_.data + row * (a_.transposed ? 1 : a_stride), a_stride, b_.data + column * (b_.transposed ? b_stride : 1),
                    b_stride, 0, c, n);
      if (bias_)
        for (std::int64_t i = 0; i < rows; ++i)
          for (std::int64_t j = 0; j < columns; ++j) {
            const float y = c[i * n + j] + bias_[column + j];
            c[i * n + j] = relu_ && y < 0 ? 0 : y;
          }
    }
  }

  dnnl::stream& stream_;
  dnnl::matmul product_;
  std::unordered_map<int, memory> arguments_;
  Matrix a_, b_, c_;
  float* bias_;
  bool relu_, blas_ = false;
};

constexpr std::array<std::int64_t, 4> widths{784, 512, 256, 10};
constexpr int layers = 3;

// All parameters one after another: weight [out, in] and bias of each layer.
struct Parameters {
  std::vector<float> value, gradient, m, v;
  std::array<std::int64_t, layers> weight{}, bias{};
  int step = 0;

  explicit Parameters(std::vector<float> initial) : value(std::move(initial)), gradient(value.size()), m(value.size()), v(value.size()) {
    std::int64_t at = 0;
    for (int i = 0; i < layers; ++i) {
      weight[i] = at, at += widths[i] * widths[i + 1];
      bias[i] = at, at += widths[i + 1];
    }
  }
  void adam() {
    ++step;
    const float rate = 1e-3f / (1 - std::pow(0.9f, step)), root = 1 / std::sqrt(1 - std::pow(0.999f, step));
    float *w = value.data(), *g = gradient.data(), *first = m.data(), *second = v.data();
    const auto n = static_cast<std::int64_t>(value.size());
#pragma omp parallel for simd schedule(static)
    for (std::int64_t i = 0; i < n; ++i) {
      first[i] += 0.1f * (g[i] - first[i]);
      second[i] = 0.999f * second[i] + 0.001f * g[i] * g[i];
      w[i] -= rate * first[i] / (std::sqrt(second[i]) * root + 1e-8f);
    }
  }
};

// A step on a batch of n pictures.
class Step {
 public:
  Step(Engine& engine, Parameters& p, std::int64_t n) : p_(p), n_(n) {
    for (int i = 0; i < layers; ++i) {
      output_[i].resize(static_cast<std::size_t>(n * widths[i + 1]));
      slope_[i].resize(output_[i].size());
    }
    for (int i = 0; i < layers; ++i) {
      const std::int64_t in = widths[i], out = widths[i + 1];
      float* input = i ? output_[i - 1].data() : nullptr;
      const Matrix x{input, n, in}, y{output_[i].data(), n, out}, dy{slope_[i].data(), n, out}, dyt{slope_[i].data(), out, n, true};
      forward_.emplace_back(engine, x, Matrix{&p.value[p.weight[i]], in, out, true}, y, &p.value[p.bias[i]], i + 1 < layers);
      weight_.emplace_back(engine, dyt, x, Matrix{&p.gradient[p.weight[i]], out, in});
      if (i) input_.push_back(std::make_unique<Product>(engine, dy, Matrix{&p.value[p.weight[i]], out, in},
                                                        Matrix{slope_[i - 1].data(), n, in}));
      else input_.push_back(nullptr);
    }
  }

  void choose(float* image) {
    show(image);
    for (int i = 0; i < layers; ++i) {
      forward_[i].choose();
      weight_[i].choose();
      if (i) input_[i]->choose();
    }
  }
  double run(float* image, const std::int64_t* label) {
    show(image);
    for (Product& f : forward_) f.run();
    const double loss = cross_entropy(label);
    for (int i = layers - 1; i >= 0; --i) {
      if (i + 1 < layers) relu_slope(i);
      weight_[i].run();
      bias_gradient(i);
      if (i) input_[i]->run();
    }
    p_.adam();
    return loss;
  }

 private:
  void show(float* image) {
    forward_[0].set_source(image);
    weight_[0].set_weights(image);
  }
  // The mean loss; slope_ of the last layer becomes (softmax - one at the label) / n.
  double cross_entropy(const std::int64_t* label) {
    constexpr std::int64_t classes = widths[layers];
    double loss = 0;
    for (std::int64_t r = 0; r < n_; ++r) {
      const float* y = &output_[layers - 1][r * classes];
      float* g = &slope_[layers - 1][r * classes];
      const float largest = *std::max_element(y, y + classes);
      float sum = 0;
      for (std::int64_t c = 0; c < classes; ++c) sum += g[c] = std::exp(y[c] - largest);
      for (std::int64_t c = 0; c < classes; ++c) g[c] /= sum * static_cast<float>(n_);
      g[label[r]] -= 1.f / static_cast<float>(n_);
      loss += std::log(sum) + largest - y[label[r]];
    }
    return loss / static_cast<double>(n_);
  }
  void relu_slope(int i) {
    float* g = slope_[i].data();
    const float* y = output_[i].data();
    const auto n = static_cast<std::int64_t>(output_[i].size());
#pragma omp parallel for simd schedule(static)
    for (std::int64_t k = 0; k < n; ++k) g[k] = y[k] > 0 ? g[k] : 0;
  }
  void bias_gradient(int i) {
    const std::int64_t out = widths[i + 1];
    float* sum = &p_.gradient[p_.bias[i]];
    std::fill(sum, sum + out, 0.f);
    for (std::int64_t r = 0; r < n_; ++r)
      for (std::int64_t c = 0; c < out; ++c) sum[c] += slope_[i][r * out + c];
  }

  Parameters& p_;
  std::int64_t n_;
  std::array<std::vector<float>, layers> output_, slope_;
  std::vector<Product> forward_, weight_;
  std::vector<std::unique_ptr<Product>> input_;
};

std::vector<unsigned char> bytes_after(const std::string& path, std::size_t header) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(file.tellg()) - header);
  file.seekg(static_cast<std::streamoff>(header)).read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void run(const bench::Options& options) {
  const auto pixels = bytes_after(options.inputs + "/train-images-idx3-ubyte", 16),
             classes = bytes_after(options.inputs + "/train-labels-idx1-ubyte", 8);
  std::vector<float> images(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) images[i] = (static_cast<float>(pixels[i]) / 255 - 0.2860f) / 0.3530f;
  const std::vector<std::int64_t> labels(classes.begin(), classes.end());

  Engine engine;
  Parameters parameters(bench::read_floats(options, "mlp"));
  const std::int64_t batch = options.number(), rest = options.samples % batch;
  Step step(engine, parameters, batch), last(engine, parameters, rest ? rest : 1);
  step.choose(images.data());
  last.choose(images.data());
  bench::report_epochs(options, [&] {
    bench::Mean loss;
    for (std::int64_t at = 0; at < options.samples; at += batch) {
      const std::int64_t n = std::min(batch, options.samples - at);
      loss.add((n == batch ? step : last).run(&images[static_cast<std::size_t>(at * widths[0])], &labels[static_cast<std::size_t>(at)]),
               static_cast<double>(n));
    }
    return loss.value();
  });
}

}  // namespace

int main(int argc, char** argv) try {
  const bench::Options options(argc, argv);
  omp_set_num_threads(options.threads);
  openblas_set_num_threads(1);   // in each of our threads
  run(options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
