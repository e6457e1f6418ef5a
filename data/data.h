// The data room: datasets, readers, the loader, pictures as files. More is in <gradus/data/all.h>.
#pragma once
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/cifar.h>
#include <gradus/data/read/idx.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/data/read/image.h>
#include <gradus/data/read/wav.h>
#include <gradus/data/sets/cifar.h>
#include <gradus/data/sets/fashion_mnist.h>
#include <gradus/data/sets/synthetic.h>
#include <gradus/data/write/png.h>
