// Datasets made of datasets: each adapter holds the dataset it stands on (copying one that is made of arrays is free).
//   auto [train, valid] = data::split(all, 0.9, 42);
//   auto noisy = data::map(train, [](Tensor image, std::int64_t label) { return std::tuple(image + 0.1 * randn(image.shape()), label); });
// Others are in <gradus/data/all.h>: filter, take, stratified_split, k_folds, concat, zip, cache, Windows, map_batches.
#pragma once
#include <gradus/data/dataset/map.h>
#include <gradus/data/dataset/split.h>
#include <gradus/data/dataset/subset.h>
