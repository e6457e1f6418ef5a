// All of the data room: datasets, readers, the loader, pictures as files.
#pragma once
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/idx.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/data/sets/fashion_mnist.h>
#include <gradus/data/sets/sequences.h>
#include <gradus/data/sets/synthetic.h>
#include <gradus/data/transform/apply.h>
#include <gradus/data/transform/batches.h>
#include <gradus/data/transform/pictures.h>
#include <gradus/data/transform/random.h>
#include <gradus/data/write/png.h>
