// Fashion-MNIST for the examples: from --data or where Debian has it, of each half only the first --limit unless that is 0.
//   Pictures train(pictures(data::Split::train, options), {.batch_size = 64, .shuffle = true});
#pragma once
#include <gradus/gradus.h>

#include <algorithm>
#include <cstdint>

namespace support {

using Pictures = gradus::data::DataLoader<gradus::data::IdxImages>;

// A byte b becomes (b / 255 − mean) / deviation: with {.mean = 0, .deviation = 1} black is 0 and white is 1.
template <class Options>
gradus::data::IdxImages pictures(gradus::data::Split split, const Options& options, gradus::data::Normalisation normalisation) {
  gradus::data::FashionMnistOptions of_set;
  if (!options.data.empty()) of_set.root = options.data;
  const gradus::data::IdxImages all = gradus::data::fashion_mnist(split, of_set);
  const std::int64_t n = options.limit ? std::min<std::int64_t>(options.limit, all.size()) : all.size();
  return {all.bytes().slice(0, 0, n), all.labels().slice(0, 0, n), normalisation};
}

}  // namespace support
