#include <gradus/data/read/wav.h>

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::data::wav_test {

using ::testing::HasSubstr;

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}
std::string chunk(const std::string& name, const std::string& bytes) { return name + number(bytes.size(),
    4) + bytes + std::string(bytes.size() % 2, '\0'); }
std::string format(int tag, int channels, int bits, int rate = 8000) {
  return chunk("fmt ", number(static_cast<std::uint64_t>(tag), 2) + number(static_cast<std::uint64_t>(channels),
      2) + number(static_cast<std::uint64_t>(rate), 4) +
                           number(0, 4) + number(static_cast<std::uint64_t>(channels * bits / 8),
                               2) + number(static_cast<std::uint64_t>(bits), 2));
}
std::string wav(const std::string& chunks) { return "RIFF" + number(4 + chunks.size(), 4) + "WAVE" + chunks; }

TEST(Wav, ReadsEveryFormat) {
  const TemporaryFolder folder;
  std::string extensible = number(0xfffe, 2) + number(1, 2) + number(8000, 4) + number(0, 4) + number(2, 2) + number(16, 2) + number(22,
      2) +
                           number(16, 2) + number(4, 4) + number(1, 2) + std::string("\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
  const float quarter = 0.25f;
  const double two = -2;
  const struct {
    const char* name;
    std::string chunks;
    std::vector<double> samples;
  } cases[] = {
      {"8 bits", format(1, 1, 8) + chunk("data", std::string("\x00\x80\xff", 3)), {-1, 0, 127 / 128.}},
      {"16 bits", format(1, 1, 16) + chunk("data", number(0x8000, 2) + number(0x4000, 2)), {-1, 0.5}},
      {"24 bits", format(1, 1, 24) + chunk("data", number(0x800000, 3) + number(1, 3) + number(0xffffff, 3)), {-1, std::ldexp(1, -23),
          -std::ldexp(1, -23)}},
      {"32 bits", format(1, 1, 32) + chunk("data", number(0x80000000, 4) + number(0x20000000, 4)), {-1, 0.25}},
      {"floats", format(3, 1, 32) + chunk("data", std::string(reinterpret_cast<const char*>(&quarter), 4)), {0.25}},
      {"doubles", format(3, 1, 64) + chunk("data", std::string(reinterpret_cast<const char*>(&two), 8)), {-2}},
      {"channels", format(1, 2, 16) + chunk("data", number(0x4000, 2) + number(0, 2) + number(0x2000, 2) + number(0x8000, 2)), {0.5, 0.25,
          0, -1}},
      {"extensible", chunk("fmt ", extensible) + chunk("data", number(0x4000, 2)), {0.5}},
      {"other chunks", chunk("LIST", "odd") + format(1, 1, 16) + chunk("fact", "1234") + chunk("data", number(0x4000, 2)) + chunk("id3 ",
          "x"), {0.5}},
      {"a stream", format(1, 1, 16) + "data" + number(0xffffffff, 4) + number(0x4000, 2), {0.5}},
      {"nothing", format(1, 1, 16) + chunk("data", ""), {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Sound sound = read_wav(folder.write("x.wav", wav(c.chunks)));
    EXPECT_EQ(sound.samples.value().to_vector(), c.samples);
    EXPECT_EQ(sound.rate, 8000);
  }
  EXPECT_EQ(read_wav(folder.write("x.wav", wav(cases[6].chunks))).samples.shape(), (Shape{2, 2}));
}

TEST(Wav, WhatIsWrittenReadsBack) {
  const TemporaryFolder folder;
  const Tensor samples(Array::from({0., 0.5, -1., 0.999, 7., -7., std::nan(""), 0.1}, {2, 4}));
  const double steps[] = {std::ldexp(1, -15), std::ldexp(1, -23), std::ldexp(1, -24)};
  for (const WavFormat f : {WavFormat::pcm16, WavFormat::pcm24, WavFormat::pcm32}) {
    write_wav(folder / "x.wav", samples, 44'100, f);
    const auto [back, rate] = read_wav(folder / "x.wav");
    EXPECT_EQ(rate, 44'100);
    const double step = steps[static_cast<int>(f)];
    EXPECT_THAT(back.value().to_vector(), ::testing::Pointwise(::testing::DoubleNear(step), {0., 0.5, -1., 0.999, 1., -1., 0., 0.1}));
  }
  write_wav(folder / "x.wav", samples, 1, WavFormat::float32);
  EXPECT_EQ(read_wav(folder / "x.wav").samples.value().at({1, 0}), 7);
  EXPECT_TRUE(std::isnan(read_wav(folder / "x.wav").samples.value().at({1, 2})));
  write_wav(folder / "x.wav", Array::zeros({3}), 8000, WavFormat::pcm24);   // an odd number of bytes
  EXPECT_EQ(read_wav(folder / "x.wav").samples.shape(), (Shape{1, 3}));
  EXPECT_THROW(write_wav(folder / "x.wav", Array::zeros({3, 1, 1}), 8000), ShapeError);
  EXPECT_THROW(write_wav(folder / "x.wav", Array::zeros({3}, i64), 8000), DtypeError);
  EXPECT_THROW(write_wav(folder / "x.wav", Array::zeros({3}), 0), ValueError);
  EXPECT_EQ(read_wav(folder / "x.wav").samples.shape(), (Shape{1, 3}));
}

TEST(Wav, EveryCutIsAnError) {
  const TemporaryFolder folder;
  const std::string bytes = wav(format(1, 2, 16) + chunk("data", std::string(20, 'x')));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_THROW(read_wav(folder.write("x.wav", bytes.substr(0, size))),
      FileError) << size;
}

}  // namespace gradus::data::wav_test
