// Files into batches: data-csv, twenty MB of numbers as a tensor; data-jpeg, a folder of 256 JPEG files of 320 x 240 as shuffled batches
// [32, 3, 224, 224], by as many workers as there are threads. Both sides read the files that this one writes.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>

#include <jpeglib.h>

#include <gradus/data/read/csv.h>
#include <gradus/data/read/image.h>
#include <gradus/data/transform/pictures.h>

#include "common.h"

namespace {

namespace fs = std::filesystem;

void write_numbers(const std::string& file) {
  if (fs::exists(file)) return;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::FILE* out = std::fopen((file + ".part").c_str(), "w");
  if (!out) throw std::runtime_error("cannot write " + file);
  std::fputs("a,b,c,d,e,f,g,h,i,j\n", out);
  for (int row = 0; row < 220'000; ++row)
    for (int column = 0; column < 10; ++column) std::fprintf(out, "%.6f%c", normal(random), column == 9 ? '\n' : ',');
  std::fclose(out);
  fs::rename(file + ".part", file);
}

// Colours that change slowly, quality 85: some 15 kB.
void write_jpeg(const std::string& file, int number) {
  constexpr int height = 240, width = 320;
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (!out) throw std::runtime_error("cannot write " + file);
  jpeg_stdio_dest(&jpeg, out);
  jpeg.image_width = width, jpeg.image_height = height, jpeg.input_components = 3, jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 85, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  std::mt19937 random(static_cast<unsigned>(number));
  std::vector<unsigned char> row(3 * width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const double value = 128 + 60 * std::sin(x * (0.02 + 0.01 * c) + number) + 50 * std::cos(y * 0.05 - number * c) + random() % 13;
        row[static_cast<std::size_t>(3 * x + c)] = static_cast<unsigned char>(std::min(std::max(value, 0.), 255.));
      }
    JSAMPROW rows = row.data();
    jpeg_write_scanlines(&jpeg, &rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(out);
}
void write_pictures(const std::string& folder) {
  if (fs::exists(folder)) return;
  for (int i = 0; i < 256; ++i) {
    const fs::path of_class = fs::path(folder + ".part") / (i % 2 == 0 ? "even" : "odd");
    fs::create_directories(of_class);
    write_jpeg((of_class / (std::to_string(1000 + i) + ".jpg")).string(), i);
  }
  fs::rename(folder + ".part", folder);
}

void csv(const bench::Options& options) {
  const std::string file = options.inputs + "/numbers.csv";
  write_numbers(file);
  double check = 0;
  const double seconds = bench::seconds_per_call(options.seconds, [&] {
    const Tensor x = data::read_csv(file).tensor(f64);
    check = x.value().at({x.dim(0) - 1, 9}) + x.value().at({7, 3});
  });
  bench::report(options.job, "ms/MB", 1e9 * seconds / static_cast<double>(fs::file_size(file)), check);
}

void jpeg(const bench::Options& options) {
  const std::string folder = options.inputs + "/pictures";
  write_pictures(folder);
  const auto small = data::map(data::ImageFolder(folder), [](const Tensor& picture, std::int64_t label) {
    return std::tuple(data::pictures::resize(picture, 224, 224), label);
  });
  data::DataLoader loader(small, {.batch_size = 32, .shuffle = true, .seed = 1, .workers = options.threads});
  double check = 0;
  const auto epoch = [&] {
    bench::Mean mean_of;
    for (const auto& [pictures, labels] : loader) mean_of.add(mean(pictures.to(f32)).item(), static_cast<double>(labels.size()));
    check = mean_of.value();
  };
  const double seconds = bench::seconds_per_call(options.seconds, epoch);
  bench::report(options.job, "ms/picture", 1e3 * seconds / 256, check);
}

void run(const bench::Options& options) {
  if (options.job == "data-csv") csv(options);
  else jpeg(options);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
