// Loads and saves a gigabyte of weights in each format: seconds of the clock, seconds of processors, and memory taken meanwhile. One
// operation a process, as a program does it: nothing is warm but the system's cache of files.
//   weights --job weights-load-npz      weights-load-safetensors-mapped      weights-save-pt
// Loaded is what has been read, a number of each page at least: mapped files look loaded before. What is loaded without -mapped is the
// program's own memory, on both sides. Files are saved to memory (/dev/shm) where there is enough, so that the disk is not measured.
#include <filesystem>
#include <map>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/pt.h>

#include "common.h"

namespace {

namespace fs = std::filesystem;

constexpr int large = 24, small = 96;  // tensors: matrices, and vectors between them
constexpr std::int64_t rows = 4096, columns = 2560, length = 2560;
constexpr std::uint64_t shard = 260'000'000;

// Every number differs a little from tensor to tensor, or else a file system might share what it holds.
Array filled(const Shape& shape, int tensor) {
  Array out(shape, f32);
  float* to = out.mutable_data<float>();
  for (std::int64_t i = 0; i < out.size(); ++i) to[i] = static_cast<float>(i % 1021 - 510) * 1e-3f + static_cast<float>(tensor);
  return out;
}

std::map<std::string, Array> model() {
  std::map<std::string, Array> out;
  for (int i = 0; i < large; ++i) {
    out.emplace("blocks." + std::to_string(i) + ".weight", filled({rows, columns}, i));
    for (int k = 0; k < small / large; ++k)
      out.emplace("blocks." + std::to_string(i) + ".bias." + std::to_string(k), filled({length}, i + k));
  }
  return out;
}

// What the driver compares: a number of each tensor's.
double check_of(const std::map<std::string, Array>& arrays) {
  bench::Mean mean;
  for (const auto& [name, array] : arrays) mean.add(static_cast<const float*>(array.raw())[array.size() - 1]);
  return mean.value();
}
// One float of each page.
double touched(const std::map<std::string, Array>& arrays) {
  double sum = 0;
  for (const auto& [name, array] : arrays) {
    const auto* x = static_cast<const float*>(array.raw());
    for (std::int64_t i = 0; i < array.size(); i += 1024) sum += x[i];
  }
  return sum;
}

// A virtual machine may have given memory back that nobody used, and gets it again page by page, which takes longer than what is measured.
// So as much as a job needs is touched before and handed back to the system; peers do the same.
void touch_memory() {
  constexpr std::size_t bytes = std::size_t{2400} << 20;
  void* const pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return;
  ::madvise(pages, bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < bytes; i += 4096) static_cast<volatile char*>(pages)[i] = 1;
  ::munmap(pages, bytes);
}

// "VmHWM" or "VmRSS" in MB.
double memory(const char* which) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(which)) return std::atof(line.c_str() + line.find(':') + 1) / 1024;
  return 0;
}

double processor_seconds() {
  rusage u;
  ::getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

template <class F>
void measure(const bench::Options& options, F&& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins here
  const double before = memory("VmRSS"), processor = processor_seconds();
  const auto start = bench::Clock::now();
  const double check = work();
  const double seconds = bench::since(start), busy = processor_seconds() - processor;
  bench::report(options.job, "s", seconds, check);
  bench::report(options.job + "-cpu", "s", busy);
  bench::report(options.job + "-memory", "MB", std::max(1.0, memory("VmHWM") - before));
}

using Arrays = std::map<std::string, Array>;

void save(const std::string& format, const fs::path& folder, const Arrays& arrays) {
  if (format == "npy") {
    for (const auto& [name, array] : arrays) save_arrays(folder / (name + ".npy"), {{name, array}});
  } else if (format == "pt") {
    save_pt(folder / "model.pt", arrays);
  } else if (format == "sharded") {
    save_arrays(folder / "model.safetensors.index.json", arrays, {.max_shard_bytes = shard});
  } else {
    save_arrays(folder / ("model." + format), arrays);
  }
}

Arrays load(const std::string& format, const fs::path& folder, bool map) {
  if (format == "pt") return load_pt(folder / "model.pt", {.map = map}).arrays();
  if (format == "sharded") return load_arrays(folder / "model.safetensors.index.json", {.map = map});
  if (format != "npy") return load_arrays(folder / ("model." + format), {.map = map});
  Arrays out;
  for (const auto& entry : fs::directory_iterator(folder))
    out.emplace(entry.path().stem().string(), load_arrays(entry.path(), {.map = map}).begin()->second);
  return out;
}

fs::path folder_to_save_in(const bench::Options& options) {
  const fs::path memory = "/dev/shm";
  std::error_code error;
  const bool fits = fs::is_directory(memory, error) && fs::space(memory, error).available > 4'000'000'000;
  return (fits ? memory : fs::path(options.inputs)) / ("gradus-bench-" + std::to_string(::getpid()));
}

void run(const bench::Options& options) {
  const bool loads = options.job.starts_with("weights-load-"), map = options.job.ends_with("-mapped");
  check<ValueError>(loads || options.job.starts_with("weights-save-"), "no such job: ", options.job);
  std::string format = options.job.substr(13);
  if (map) format.resize(format.size() - 7);
  if (loads) {
    const fs::path folder = fs::path(options.inputs) / "weights" / format;
    if (!fs::exists(folder)) {  // what peers load, too: the driver removes it
      const fs::path unfinished = folder.string() + ".part";
      fs::remove_all(unfinished);
      fs::create_directories(unfinished);
      save(format, unfinished, model());
      fs::rename(unfinished, folder);
      pool::release_cached();
    }
    touch_memory();
    measure(options, [&] {
      const Arrays arrays = load(format, folder, map);
      return check_of(arrays) + 0 * touched(arrays);   // used, or the compiler leaves it out
    });
    return;
  }
  const fs::path folder = folder_to_save_in(options);
  fs::create_directories(folder);
  touch_memory();
  const Arrays arrays = model();
  try {
    measure(options, [&] {
      save(format, folder, arrays);
      return check_of(arrays);
    });
  } catch (...) {
    fs::remove_all(folder);
    throw;
  }
  fs::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
