// Every reader of this folder and the files of ours that lie to it.
#include <hostile.h>

#include <filesystem>

#include <gtest/gtest.h>

#include <gradus/data/read/cifar.h>
#include <gradus/data/read/csv.h>
#include <gradus/data/read/idx.h>
#include <gradus/data/read/image.h>
#include <gradus/data/read/jsonl.h>
#include <gradus/data/read/wav.h>

namespace gradus::data::hostile_test {

TEST(HostileData, GetsItsVerdict) {
  expect_verdicts("csv", [](const std::string& file) { read_csv(file); });
  expect_verdicts("jsonl", [](const std::string& file) { read_jsonl(file); });
  expect_verdicts("wav", [](const std::string& file) { read_wav(file); });
  expect_verdicts("cifar", [](const std::string& file) { read_cifar10(file); });
  expect_verdicts("idx", [](const std::string& file) { read_idx(file); });
  if (reads_png()) expect_verdicts("png", [](const std::string& file) { read_image(file); });
  if (reads_jpeg()) expect_verdicts("jpeg", [](const std::string& file) { read_image(file); });
}

}  // namespace gradus::data::hostile_test
