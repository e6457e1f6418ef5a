// A file that somebody shortens in place while it is read is an error, in every format, and never the end of the process: what is not asked
// to be mapped is read.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/base/error.h>
#include <gradus/nn/onnx/internal/file_bytes.h>
#include <gradus/nn/onnx/internal/model_file.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace shortened_test {

using namespace gradus;
using namespace gradus::nn::onnx;
using ::testing::HasSubstr;

TEST(Shortened, BytesThatWereThereAreAnError) {
  const TemporaryFolder folder;
  std::string text(300'000, 'a');
  text[70'000] = 'b', text[299'999] = 'c';
  folder.write("file", text);
  const InputFile file(folder / "file");
  FileBytes bytes(file);
  ASSERT_NE(bytes.data(), nullptr);
  bytes.need(65'530, 10'000);   // two pieces
  EXPECT_EQ(std::string_view(bytes.data() + 70'000, 2), "ba");
  bytes.need(299'999, 1);
  EXPECT_EQ(bytes.data()[299'999], 'c');
  bytes.let_go(200'000);
  EXPECT_EQ(bytes.data()[70'000], '\0');
  bytes.need(70'000, 1);
  EXPECT_EQ(bytes.data()[70'000], 'b');
  std::filesystem::resize_file(folder / "file", 100'000);
  EXPECT_THAT(message_of([&] { bytes.need(140'000, 1); }), HasSubstr("the file ends"));
  EXPECT_THAT(message_of([&] { bytes.need(90'000, 50'000); }), HasSubstr("the file ends"));
}

// Large enough for the readers' ways with large files; small tensors beside, whose bytes are looked at where they lie.
std::map<std::string, Array> tensors() {
  std::map<std::string, Array> out;
  for (int i = 0; i < 6; ++i) {
    out["large" + std::to_string(i)] = Array::full({250'000}, static_cast<float>(i), f32);
    out["small" + std::to_string(i)] = Array::full({10'000}, static_cast<float>(i), f32);
  }
  return out;
}

TEST(Shortened, AReaderAtWork) {
  const TemporaryFolder folder;
  const std::map<std::string, Array> arrays = tensors();
  for (const char* format : {"onnx", "safetensors", "npz", "pt", "npy"}) {
    const auto whole = folder / ("whole." + std::string(format)), cut = folder / ("cut." + std::string(format));
    if (format == std::string("onnx")) {
      Model model;
      model.opsets = {{"", 17}};
      for (const auto& [name, array] : arrays) model.graph.initializers.push_back({name, array});
      write_model(whole, model);
    } else if (format == std::string("npy")) {
      save_arrays(whole, {{"one", Array::full({1'500'000}, 1.f, f32)}});
    } else {
      save_arrays(whole, arrays);
    }
    const auto load = [&] {
      if (format == std::string("onnx")) EXPECT_EQ(read_model(cut).graph.initializers.size(), arrays.size());
      else EXPECT_FALSE(load_arrays(cut).empty());
    };
    for (int round = 0; round < 8; ++round) {
      std::filesystem::copy_file(whole, cut, std::filesystem::copy_options::overwrite_existing);
      std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(150 * round));
        std::filesystem::resize_file(cut, 1000);
      });
      try {
        load();   // it was quicker
      } catch (const FileError&) {
      }
      other.join();
    }
  }
}

}  // namespace shortened_test
