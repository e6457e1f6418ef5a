// WAV files: sound as numbers between -1 and 1.
//   const auto [samples, rate] = data::read_wav("bell.wav");          // f32 [2, 44100], 44100: a second of two channels
//   data::write_wav("quiet.wav", samples * 0.1f, rate);               // 16 bits
#pragma once
#include <cstdint>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {

struct Sound {
  Tensor samples;              // f32 [channels, frames]
  std::int64_t rate = 0;       // frames a second
};

// PCM of 8, 16, 24 and 32 bits, divided by 2 to the bits less one, and floats of 32 and 64, as they are; also in the extensible form, in
// RIFF and RF64 files. A size that a stream left open (0xffffffff) is the rest of the file. FileError names the file and
// the byte: no WAV file, truncated, a chunk that lies, other codings (ADPCM, A-law, µ-law, MP3: by name).
Sound read_wav(const FileName& file);

enum class WavFormat { pcm16, pcm24, pcm32, float32 };

// samples [channels, frames] or [frames], f32 or f64; what lies beyond -1 and 1 is cut off, NaN is 0 (but for float32, which keeps them).
// Replaces the file in one step. ShapeError, DtypeError; ValueError for a rate, a number of channels or a length that a WAV file cannot
// say.
void write_wav(const FileName& file, const Tensor& samples, std::int64_t rate, WavFormat format = WavFormat::pcm16);

}  // namespace gradus::data
