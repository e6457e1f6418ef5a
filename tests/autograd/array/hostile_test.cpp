// Hostile files of every format that array/formats reads; tests/hostile.h says how one is added.
#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/npy.h>
#include <gradus/autograd/array/formats/npz.h>
#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/array/formats/sharded.h>

#include <filesystem>

#include <gtest/gtest.h>

#include <hostile.h>

namespace gradus::hostile_test {

TEST(Hostile, Safetensors) {
  expect_verdicts("safetensors", [](const std::string& file) { load_safetensors(file); });
}
TEST(Hostile, ShardedSafetensors) {
  expect_verdicts("safetensors_index", [](const std::string& file) {
    if (file.ends_with(".json")) load_sharded_safetensors(file);
    else load_safetensors(file);
  });
}
TEST(Hostile, Npy) {
  expect_verdicts("npy", [](const std::string& file) { load_npy(file); });
}
TEST(Hostile, Npz) {
  expect_verdicts("npz", [](const std::string& file) { load_npz(file); });
}
TEST(Hostile, Pt) {
  expect_verdicts("pt", [](const std::string& file) { load_pt(file).arrays(); });
}

// Whatever the content is taken for, it is an error or loads.
TEST(Hostile, AnyFormatThroughOneDoor) {
  for (const std::string format : {"safetensors", "npy", "npz", "pt"})
    for (const auto& entry : std::filesystem::directory_iterator(GRADUS_GOLDEN "/hostile/" + format)) try {
        load_arrays(entry.path(), {.map = true});
      } catch (const Error&) {
      }
}

}  // namespace gradus::hostile_test
