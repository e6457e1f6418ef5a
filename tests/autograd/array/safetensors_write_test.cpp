// Safetensors files as they are written; how they are read: safetensors_test.cpp.
#include <csignal>
#include <locale>
#include <string>

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/internal/file.h>
#include <temporary_folder.h>

namespace gradus::safetensors_write_test {

using ::testing::ElementsAreArray;

const std::string golden = GRADUS_GOLDEN "/safetensors.safetensors";

TEST(Safetensors, WritesTheBytesThatPythonWrites) {
  const TemporaryFolder folder;
  save_safetensors(folder / "copy", load_safetensors(golden));
  EXPECT_EQ(read_file(folder / "copy"), read_file(golden));
}

// A program may like its numbers as 1.000.
TEST(Safetensors, WritesTheSameInAnyLocale) {
  struct Points : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const TemporaryFolder folder;
  const Safetensors contents{{{"w", Array::zeros({5000})}, {"v", Array::zeros({1})}}, {}};
  save_safetensors(folder / "plain", contents);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Points));
  EXPECT_NO_THROW(save_safetensors(folder / "points", contents));
  std::locale::global(before);
  EXPECT_EQ(read_file(folder / "points"), read_file(folder / "plain"));
}

TEST(Safetensors, WritesViewsByTheirElements) {
  const TemporaryFolder folder;
  const Array a = Array::from({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, {2, 3});
  save_safetensors(folder / "views", {{{"t", a.transpose(0, 1)}, {"s", a.slice(1, 1, 2)}, {"e", Array::scalar(7).expand({2, 2})}}, {}});
  const Safetensors back = load_safetensors(folder / "views");
  EXPECT_EQ(back.arrays.at("t").shape(), (Shape{3, 2}));
  EXPECT_THAT(back.arrays.at("t").to_vector(), ElementsAreArray({1, 4, 2, 5, 3, 6}));
  EXPECT_THAT(back.arrays.at("s").to_vector(), ElementsAreArray({2, 5}));
  EXPECT_THAT(back.arrays.at("e").to_vector(), ElementsAreArray({7, 7, 7, 7}));
}

// conversions.safetensors was written by Python's safetensors, with tensors of every dtype of ours.
TEST(Safetensors, WritesEveryDtypeAsPythonDoes) {
  const TemporaryFolder folder;
  const Safetensors file = load_safetensors(GRADUS_GOLDEN "/conversions.safetensors");
  for (std::size_t i = 0; i < detail::element_count; ++i)
    EXPECT_EQ(file.arrays.at(std::string(name_of(static_cast<Dtype>(i)))).dtype(), static_cast<Dtype>(i));
  save_safetensors(folder / "x", file);
  EXPECT_TRUE(read_file(folder / "x") == read_file(GRADUS_GOLDEN "/conversions.safetensors"));
}

TEST(Safetensors, RefusesToWriteWhatCannotBeRead) {
  const TemporaryFolder folder;
  const Array a = Array::scalar(1);
  EXPECT_THROW(save_safetensors(folder / "x", {{{"__metadata__", a}}, {}}), ValueError);
  EXPECT_THROW(save_safetensors(folder / "x", {{{"w", Array()}}, {}}), ValueError);
  EXPECT_THROW(save_safetensors(folder / "x", {{{"\xff", a}}, {}}), ValueError);
  EXPECT_THROW(save_safetensors(folder / "x", {{{"w", a}}, {{"key", "\xff"}}}), ValueError);
  EXPECT_THROW(save_safetensors(folder / "no such folder" / "x", {{{"w", a}}, {}}), FileError);
  EXPECT_THROW(save_safetensors(folder.path(), {{{"w", a}}, {}}), FileError);
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Safetensors, AFailingWriteLeavesTheOldFile) {
  const TemporaryFolder folder;
  const auto file = folder / "model";
  save_safetensors(file, {{{"w", Array::scalar(1)}}, {}});
  const std::string before = read_file(file);

  rlimit old;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);   // a full disk, nearly: the write stops half way
  EXPECT_THROW(save_safetensors(file, {{{"w", Array::zeros({10'000})}}, {}}), FileError);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(read_file(file), before);
  EXPECT_EQ(folder.files(), 1u);
}

}  // namespace gradus::safetensors_write_test
