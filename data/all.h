// All of data, also what <gradus/gradus.h> leaves out, since it would make every program's compiler slower (opt-in): samplers, streams,
// padding, transforms, tables and texts, and most datasets that are made of datasets.
//   #include <gradus/data/all.h>
#pragma once
#include <gradus/data/data.h>
#include <gradus/data/dataset/cache.h>
#include <gradus/data/dataset/concat.h>
#include <gradus/data/dataset/filter.h>
#include <gradus/data/dataset/folds.h>
#include <gradus/data/dataset/map_batches.h>
#include <gradus/data/dataset/take.h>
#include <gradus/data/dataset/windows.h>
#include <gradus/data/dataset/zip.h>
#include <gradus/data/loader/pad.h>
#include <gradus/data/loader/stream_loader.h>
#include <gradus/data/read/csv.h>
#include <gradus/data/read/jsonl.h>
#include <gradus/data/read/text.h>
#include <gradus/data/sampler/samplers.h>
#include <gradus/data/sets/sequences.h>
#include <gradus/data/stream/adapters.h>
#include <gradus/data/stream/lines.h>
#include <gradus/data/text/tokenizer.h>
#include <gradus/data/text/train.h>
#include <gradus/data/transform/apply.h>
#include <gradus/data/transform/augment.h>
#include <gradus/data/transform/batches.h>
#include <gradus/data/transform/pictures.h>
#include <gradus/data/transform/random.h>
