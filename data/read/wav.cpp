#include <gradus/data/read/wav.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/read/internal/naming.h>

namespace gradus::data {
namespace {

template <class T>
T little_endian(const std::byte* p) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::to_integer<std::uint64_t>(p[i]) << (8 * i);
  if constexpr (sizeof(T) == 8) return std::bit_cast<T>(bits);
  else if constexpr (sizeof(T) == 4) return std::bit_cast<T>(static_cast<std::uint32_t>(bits));
  else return static_cast<T>(bits);
}

struct WavCoding {
  int tag = 0, channels = 0, bits = 0, frame_bytes = 0;
  std::int64_t rate = 0;
};

std::string coding_name(int tag) {
  switch (tag) {
    case 0x0002: return "ADPCM";
    case 0x0006: return "A-law";
    case 0x0007: return "µ-law";
    case 0x0011: return "IMA ADPCM";
    case 0x0055: return "MP3";
    default: return text("number ", tag);
  }
}

WavCoding read_coding(InputFile& in, std::uint64_t at, std::uint64_t size) {
  check<FileError>(size >= 16, "byte ", at, ": the format takes 16 bytes at least, not ", size);
  std::array<std::byte, 40> bytes{};
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes.size()));
  in.read_at(at, std::span(bytes).first(n));
  WavCoding c{.tag = little_endian<std::uint16_t>(&bytes[0]),
              .channels = little_endian<std::uint16_t>(&bytes[2]),
              .bits = little_endian<std::uint16_t>(&bytes[14]),
              .frame_bytes = little_endian<std::uint16_t>(&bytes[12]),
              .rate = little_endian<std::uint32_t>(&bytes[4])};
  if (c.tag == 0xfffe) {   // extensible: the coding is the beginning of an identifier
    check<FileError>(n == 40, "byte ", at, ": the extensible format takes 40 bytes, not ", size);
    constexpr std::string_view rest("\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
    check<FileError>(std::memcmp(&bytes[26], rest.data(), rest.size()) == 0, "byte ", at, ": samples in an unknown coding");
    c.tag = little_endian<std::uint16_t>(&bytes[24]);
  }
  check<FileError>(c.tag == 1 || c.tag == 3, "byte ", at, ": samples coded as ", coding_name(c.tag), "; PCM and floats are read");
  const bool known = c.tag == 1 ? c.bits == 8 || c.bits == 16 || c.bits == 24 || c.bits == 32 : c.bits == 32 || c.bits == 64;
  check<FileError>(known, "byte ", at, ": ", c.tag == 1 ? "whole numbers" : "floats", " of ", c.bits, " bits");
  check<FileError>(c.channels > 0 && c.rate > 0 && c.frame_bytes == c.channels * c.bits / 8, "byte ", at, ": ", c.channels,
      " channels of ", c.bits,
                   " bits, ", c.frame_bytes, " bytes a frame, ", c.rate, " frames a second");
  return c;
}

float sample_at(const std::byte* p, const WavCoding& c) {
  if (c.tag == 3) return c.bits == 32 ? little_endian<float>(p) : static_cast<float>(little_endian<double>(p));
  switch (c.bits) {
    case 8: return static_cast<float>(std::to_integer<int>(*p) - 128) / 128.f;
    case 16: return static_cast<float>(static_cast<std::int16_t>(little_endian<std::uint16_t>(p))) / 32768.f;
    case 24: {
      const std::uint32_t bits = std::to_integer<std::uint32_t>(p[0]) << 8 | std::to_integer<std::uint32_t>(p[1]) << 16 |
                                 std::to_integer<std::uint32_t>(p[2]) << 24;
      return static_cast<float>(static_cast<std::int32_t>(bits) / 256) / 8388608.f;
    }
    default: return static_cast<float>(little_endian<std::int32_t>(p)) / 2147483648.f;
  }
}

Sound read_samples(InputFile& in, std::uint64_t at, std::uint64_t size, const WavCoding& c) {
  const auto frame = static_cast<std::uint64_t>(c.frame_bytes);
  check<FileError>(size % frame == 0, "byte ", at, ": ", size, " bytes of samples are no whole number of frames of ", frame);
  const auto frames = static_cast<std::int64_t>(size / frame);
  Array out({c.channels, frames}, f32);
  float* to = out.mutable_data<float>();
  const std::size_t sample = static_cast<std::size_t>(c.bits / 8);
  const std::int64_t most = std::max<std::int64_t>(1, (1 << 16) / c.frame_bytes);
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min(most, frames)) * static_cast<std::size_t>(frame));
  for (std::int64_t first = 0; first < frames; first += most) {
    const std::int64_t n = std::min(most, frames - first);
    in.read_at(at + static_cast<std::uint64_t>(first) * frame,
        std::span(piece).first(static_cast<std::size_t>(n) * static_cast<std::size_t>(frame)));
    const std::byte* from = piece.data();
    for (std::int64_t i = first; i < first + n; ++i)
      for (std::int64_t channel = 0; channel < c.channels; ++channel, from += sample) to[channel * frames + i] = sample_at(from, c);
  }
  return {out, c.rate};
}

Sound read_chunks(InputFile& in) {
  std::array<std::byte, 12> head{};
  check<FileError>(in.size() >= head.size(), "truncated: ", in.size(), " bytes are no WAV file");
  in.read_at(0, head);
  const auto name_at = [](const std::byte* p) { return std::string_view(reinterpret_cast<const char*>(p), 4); };
  const bool large = name_at(&head[0]) == "RF64";
  check<FileError>((large || name_at(&head[0]) == "RIFF") && name_at(&head[8]) == "WAVE",
      "no WAV file: it does not begin with RIFF and WAVE");
  std::optional<WavCoding> coding;
  std::uint64_t large_size = 0;
  for (std::uint64_t at = 12; in.size() - at >= 8;) {
    std::array<std::byte, 8> chunk;
    in.read_at(at, chunk);
    const std::string name(name_at(chunk.data()));
    std::uint64_t size = little_endian<std::uint32_t>(&chunk[4]);
    const std::uint64_t left = in.size() - at - 8;
    if (name == "data" && size == 0xffffffff) size = large ? large_size : left;   // a stream does not know
    at += 8;
    check<FileError>(size <= left, "truncated: chunk ", gradus::detail::in_quotes(name), " at byte ", at - 8, " takes ", size,
        " bytes, and ", left,
                     " are there");
    if (name == "ds64" && size >= 24) {
      std::array<std::byte, 24> sizes;
      in.read_at(at, sizes);
      large_size = little_endian<std::uint64_t>(&sizes[8]);
    } else if (name == "fmt ") {
      check<FileError>(!coding, "byte ", at - 8, ": a second format");
      coding = read_coding(in, at, size);
    } else if (name == "data") {
      check<FileError>(coding.has_value(), "byte ", at - 8, ": samples before their format");
      return read_samples(in, at, size, *coding);
    }
    at += std::min(size + size % 2, left);
  }
  fail<FileError>("truncated: there are no samples");
}

template <class T>
std::vector<std::byte> samples_as_bytes(const Array& samples, WavFormat format) {
  const std::int64_t channels = samples.dim(0), frames = samples.dim(1);
  const int width = format == WavFormat::pcm16 ? 2 : format == WavFormat::pcm24 ? 3 : 4;
  const double most = std::ldexp(1., 8 * width - 1);
  std::vector<std::byte> out(static_cast<std::size_t>(channels * frames * width));
  std::byte* to = out.data();
  const T* from = samples.data<T>();
  for (std::int64_t i = 0; i < frames; ++i)
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto value = static_cast<double>(from[c * frames + i]);
      std::uint32_t bits;
      if (format == WavFormat::float32) bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
      else bits = static_cast<std::uint32_t>(static_cast<std::int64_t>(value == value ? std::clamp(std::nearbyint(value * most), -most,
          most - 1) : 0));
      for (int k = 0; k < width; ++k) *to++ = static_cast<std::byte>(bits >> (8 * k) & 0xff);
    }
  return out;
}

}  // namespace

Sound read_wav(const FileName& file) {
  return naming("read_wav", file, [&] {
    InputFile in(file);
    return read_chunks(in);
  });
}

void write_wav(const FileName& file, const Tensor& samples, std::int64_t rate, WavFormat format) {
  check<ShapeError>(samples.defined() && (samples.rank() == 1 || samples.rank() == 2),
                    "write_wav: samples are [channels, frames] or [frames], not ", samples.shape());
  const Array x = (samples.rank() == 1 ? samples.value().unsqueeze(0) : samples.value()).as_contiguous();
  check<ShapeError>(x.dim(0) >= 1 && x.dim(0) <= 1024, "write_wav: 1 to 1024 channels, which come first, not ", x.shape());
  check<ValueError>(rate >= 1 && rate <= 10'000'000, "write_wav: 1 to 10000000 frames a second, not ", rate);
  const std::int64_t width = format == WavFormat::pcm16 ? 2 : format == WavFormat::pcm24 ? 3 : 4;
  const std::int64_t frame = x.dim(0) * width;
  check<ValueError>(x.dim(1) <= (0xffffffff - 100) / frame, "write_wav: ", x.dim(1),
      " frames are more than the 4 GiB that a WAV file can say");
  const std::vector<std::byte> bytes =
      visit_floating(x.dtype(), "write_wav", [&]<class T>(T) { return samples_as_bytes<T>(x, format); });
  std::string head;
  const auto number = [&head](std::uint64_t value, int n) {
    for (int k = 0; k < n; ++k) head += static_cast<char>(value >> (8 * k) & 0xff);
  };
  const std::size_t padding = bytes.size() % 2;
  head += "RIFF";
  number(36 + bytes.size() + padding, 4);
  head += "WAVEfmt ";
  number(16, 4);
  number(format == WavFormat::float32 ? 3 : 1, 2);
  number(static_cast<std::uint64_t>(x.dim(0)), 2);
  number(static_cast<std::uint64_t>(rate), 4);
  number(static_cast<std::uint64_t>(rate * frame), 4);
  number(static_cast<std::uint64_t>(frame), 2);
  number(static_cast<std::uint64_t>(8 * width), 2);
  head += "data";
  number(bytes.size(), 4);
  FileReplacement out(file);
  out.write(head.data(), head.size());
  out.write(bytes);
  if (padding > 0) out.write("", 1);
  out.commit();
}

}  // namespace gradus::data
