// What the benchmark programs of all sides share: their arguments, the clock, the lines they print. Knows neither gradus nor its peers.
//
//   mlp --job mlp-64 --threads 2 --seconds 1 --inputs DIR       prints lines like
//   job=mlp-64 unit=s/epoch value=1.93 check=0.4312
//
// DIR holds what bench.py has written for all sides alike: the pictures, and the initial weights of each model as raw floats, parameter
// after parameter. `check` is a number that comes out of the work itself (a loss, a sum), so that the driver can see that all sides did it.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Options {
  std::string job, inputs = ".";
  int threads = 1;
  double seconds = 1;                 // how long to measure
  std::int64_t samples = 60000;       // of an epoch

  Options(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
      const std::string_view name = argv[i], value = argv[i + 1];
      if (name == "--job") job = value;
      else if (name == "--inputs") inputs = value;
      else if (name == "--threads") threads = std::atoi(argv[i + 1]);
      else if (name == "--seconds") seconds = std::atof(argv[i + 1]);
      else if (name == "--samples") samples = std::atoll(argv[i + 1]);
      else throw std::invalid_argument("unknown argument " + std::string(name));
    }
  }
  // Whether batches come through the side's loader: jobs mlp-64-preloaded and mlp-64-floor have all of them in memory beforehand.
  bool loads() const { return job.find("preloaded") == std::string::npos && job.find("floor") == std::string::npos; }
  // The number in the job's name: 64 in "mlp-64-preloaded".
  std::int64_t number() const {
    const std::size_t digit = job.find_first_of("0123456789");
    return digit == std::string::npos ? 0 : std::atoll(job.c_str() + digit);
  }
};

using Clock = std::chrono::steady_clock;
inline double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The q-th quantile (0 … 1); reorders the values.
inline double quantile(std::vector<double>& values, double q) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Seconds of one call: the median over `seconds` of samples, each of so many calls that the clock does not count (a millisecond at least).
template <class F>
double seconds_per_call(double seconds, F&& call) {
  int calls = 1;
  for (;;) {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) call();
    if (since(start) > 1e-3 || calls >= 1 << 24) break;
    calls *= 2;
  }
  std::vector<double> samples;
  const auto begin = Clock::now();
  while (samples.size() < 3 || since(begin) < seconds) {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) call();
    samples.push_back(since(start) / calls);
  }
  return quantile(samples, 0.5);
}

// Seconds of single calls of `timed`, each after one of `untimed`: median.
template <class Untimed, class Timed>
double seconds_of_second(double seconds, Untimed&& untimed, Timed&& timed) {
  std::vector<double> samples;
  const auto begin = Clock::now();
  while (samples.size() < 5 || since(begin) < seconds) {
    untimed();
    const auto start = Clock::now();
    timed();
    samples.push_back(since(start));
  }
  return quantile(samples, 0.5);
}

inline void report(std::string_view job, std::string_view unit, double value, double check = std::numeric_limits<double>::quiet_NaN()) {
  std::printf("job=%.*s unit=%.*s value=%.9g check=%.9g\n", static_cast<int>(job.size()), job.data(), static_cast<int>(unit.size()),
              unit.data(), value, check);
  std::fflush(stdout);
}

// The median and the 99th percentile of single calls' times.
template <class F>
void report_latencies(const Options& options, double check, F&& call) {
  for (int i = 0; i < 20; ++i) call();
  std::vector<double> samples;
  const auto begin = Clock::now();
  while (samples.size() < 100 || since(begin) < options.seconds) {
    const auto start = Clock::now();
    call();
    samples.push_back(since(start));
  }
  report(options.job + "-p50", "us", quantile(samples, 0.50) * 1e6, check);
  report(options.job + "-p99", "us", quantile(samples, 0.99) * 1e6, check);
}

// All floats of DIR/NAME.f32.
inline std::vector<float> read_floats(const Options& options, const std::string& name) {
  const std::string path = options.inputs + "/" + name + ".f32";
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<float> floats(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0).read(reinterpret_cast<char*>(floats.data()), static_cast<std::streamsize>(floats.size() * sizeof(float)));
  return floats;
}

// DIR/text as classes 0 to 127, cut into sequences for the jobs on characters: a batch is `samples` of them, step after step ([steps,
// samples]) or, batch first, one after another, and then the same a character further on, which are the targets.
struct Characters {
  std::int64_t steps = 64, samples = 32;
  bool batch_first = false;
  std::vector<std::int64_t> x = {}, target = {};
};
inline std::vector<Characters> characters(const Options& options, const Characters& form = {}) {
  std::ifstream file(options.inputs + "/text", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<Characters> batches;
  const auto length = static_cast<std::size_t>(form.steps * form.samples);
  for (std::size_t begin = 0; begin + length < text.size(); begin += length) {
    Characters batch = form;
    for (std::size_t k = 0; k < length; ++k) {
      const auto t = static_cast<std::int64_t>(k) / form.samples, i = static_cast<std::int64_t>(k) % form.samples;
      const std::size_t at = begin + (form.batch_first ? k : static_cast<std::size_t>(i * form.steps + t));
      batch.x.push_back(text[at]), batch.target.push_back(text[at + 1]);
    }
    batches.push_back(std::move(batch));
  }
  if (batches.size() < 2) throw std::runtime_error("cannot read " + options.inputs + "/text");
  return batches;
}

// The first pictures as images of 32 x 32 in three channels, each a pixel further to the right, normalised, for the jobs on such: batches
// of `samples`, channels first, and their labels.
struct Colours {
  static constexpr std::int64_t samples = 64, channels = 3, side = 32, classes = 10;
  std::vector<float> x;
  std::vector<std::int64_t> label;
};
inline std::vector<Colours> colours(const Options& options, int count = 10) {
  const auto samples = static_cast<std::size_t>(count * Colours::samples);
  const auto read = [&](const char* name, std::size_t header, std::size_t each) {
    std::ifstream file(options.inputs + "/" + name, std::ios::binary);
    std::string bytes(header + samples * each, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error("cannot read " + options.inputs + "/" + name);
    return bytes.substr(header);
  };
  const std::string pictures = read("train-images-idx3-ubyte", 16, 28 * 28), labels = read("train-labels-idx1-ubyte", 8, 1);
  std::vector<Colours> batches(static_cast<std::size_t>(count));
  std::size_t picture = 0;
  for (Colours& batch : batches)
    for (std::int64_t i = 0; i < Colours::samples; ++i, ++picture) {
      batch.label.push_back(static_cast<unsigned char>(labels[picture]));
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < 32; ++y)
          for (int x = 0; x < 32; ++x) {
            const int row = y - 2, column = x - 1 - c;
            const bool inside = row >= 0 && row < 28 && column >= 0 && column < 28;
            const int byte = inside ? static_cast<unsigned char>(pictures[picture * 784 + static_cast<std::size_t>(row * 28 + column)]) : 0;
            batch.x.push_back((static_cast<float>(byte) / 255 - 0.2860f) / 0.3530f);
          }
    }
  return batches;
}

class Mean {
 public:
  void add(double value, double weight = 1) { sum_ += value * weight, weight_ += weight; }
  double value() const { return sum_ / weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

// The median time of an epoch, after one that warms up, extrapolated to all pictures; checked by the mean loss of the first.
template <class Epoch>
void report_epochs(const Options& options, Epoch&& epoch) {
  const double loss = epoch();
  std::vector<double> samples;
  const auto begin = Clock::now();
  while (samples.empty() || since(begin) < options.seconds) {
    const auto start = Clock::now();
    epoch();
    samples.push_back(since(start));
  }
  report(options.job, "s/epoch", quantile(samples, 0.5) * 60000 / static_cast<double>(options.samples), loss);
}

}  // namespace bench
