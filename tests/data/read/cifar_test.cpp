#include <gradus/data/read/cifar.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/sets/cifar.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::data::cifar_test {

using ::testing::HasSubstr;

// A record whose channels are `first`, first + 1, first + 2 everywhere.
std::string record(const std::string& labels, int first) {
  std::string out = labels;
  for (int channel = 0; channel < 3; ++channel) out += std::string(1024, static_cast<char>(first + channel));
  return out;
}

TEST(Cifar, ReadsRecords) {
  const TemporaryFolder folder;
  const auto [pixels, labels, none] = read_cifar10(folder.write("ten", record("\x09", 10) + record(std::string(1, '\0'), 250)));
  EXPECT_EQ(pixels.shape(), (Shape{2, 3, 32, 32}));
  EXPECT_EQ(pixels.at({0, 2, 31, 31}), 12);
  EXPECT_EQ(pixels.at({1, 0, 0, 0}), 250);
  EXPECT_EQ(labels.to_vector(), (std::vector<double>{9, 0}));
  EXPECT_FALSE(none.defined());
  const CifarRecords hundred = read_cifar100(folder.write("hundred", record("\x13\x63", 1)));
  EXPECT_EQ(hundred.labels.at({0}), 99);
  EXPECT_EQ(hundred.coarse.at({0}), 19);
  EXPECT_EQ(read_cifar10(folder.write("nothing", "")).pixels.shape(), (Shape{0, 3, 32, 32}));
}

TEST(Cifar, NamesTheRecord) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) { return message_of([&] { read_cifar10(folder.write("x", bytes)); }); };
  EXPECT_THAT(error(record("\x01", 1) + record("\x0a", 1)), HasSubstr("record 1 (byte 3073): label 10, and there are 10 classes"));
  EXPECT_THAT(error("short"), HasSubstr("5 bytes are no whole number of records of 3073 bytes"));
  EXPECT_THAT(error(record("\x01\x02", 1)), HasSubstr("they are of 3074: CIFAR-100"));
  EXPECT_THAT(message_of([&] { read_cifar100(folder.write("x", record("\x14\x01", 1))); }),
      HasSubstr("label 20, and there are 20 classes"));
  EXPECT_THAT(message_of([&] { read_cifar100(folder.write("x", record("\x01", 1))); }), HasSubstr("CIFAR-10"));
}

TEST(Cifar, SetsAreFolders) {
  const TemporaryFolder folder;
  for (int i = 1; i <= 5; ++i) folder.write("data_batch_" + std::to_string(i) + ".bin", record(std::string(1, static_cast<char>(i)), 127));
  const Pictures train = cifar10(Split::train, {.root = folder.path()});
  EXPECT_EQ(train.labels().to_vector(), (std::vector<double>{1, 2, 3, 4, 5}));
  const auto [picture, label] = train.get(4);
  EXPECT_NEAR(picture.value().at({0, 0, 0}), (127 / 255. - 0.4914) / 0.2470, 1e-5);
  EXPECT_NEAR(picture.value().at({2, 31, 31}), (129 / 255. - 0.4465) / 0.2616, 1e-5);
  EXPECT_THAT(message_of([&] { cifar10(Split::test, {.root = folder.path()}); }), HasSubstr("test_batch.bin\" is missing; unpack"));
  EXPECT_THROW(cifar10(Split::train, {.root = folder.path(), .coarse = true}), ValueError);
  folder.write("test.bin", record("\x01\x02", 1));
  EXPECT_EQ(cifar100(Split::test, {.root = folder.path()}).labels().item(), 2);
  EXPECT_EQ(cifar100(Split::test, {.root = folder.path(), .coarse = true}).labels().item(), 1);
}

TEST(PictureBytes, AreNormalisedByChannels) {
  const Array images = Array::from(std::vector<std::uint8_t>{0, 255, 51, 102}, {1, 2, 1, 2});
  const Pictures two(images, Array::zeros({1}, u8), {.mean = {0, 0.5}, .deviation = {1, 0.25}});
  const std::vector<double> values = std::get<0>(two.get(0)).value().to_vector();
  EXPECT_THAT(values, ::testing::Pointwise(::testing::DoubleNear(1e-6), {0., 1., -1.2, -0.4}));
  const Pictures mixed(images, Array::zeros({1}, u8), {.mean = 0.2, .deviation = {0.2, 1}});
  EXPECT_NEAR(std::get<0>(mixed.get(0)).value().at({0, 0, 1}), 4, 1e-6);
  EXPECT_NEAR(std::get<0>(mixed.get(0)).value().at({1, 0, 0}), 0, 1e-6);
  EXPECT_THROW(Pictures(images, Array::zeros({1}, u8), {.mean = {1, 2, 3}}), ValueError);
  EXPECT_THROW(Pictures(images, Array::zeros({1}, u8), {.deviation = {1, 0}}), ValueError);
  const PerChannel none(std::initializer_list<double>{});
  EXPECT_THROW(Pictures(Array::zeros({1, 0, 2, 2}, u8), Array::zeros({1}, u8), {.mean = none, .deviation = none}), ValueError);
}

}  // namespace gradus::data::cifar_test
