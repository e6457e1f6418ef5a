// All of the data room: datasets, readers, the loader, progress.
#pragma once
#include <gradus/data/adapters.h>
#include <gradus/data/fashion_mnist.h>
#include <gradus/data/idx.h>
#include <gradus/data/idx_images.h>
#include <gradus/data/loader.h>
#include <gradus/data/progress.h>
#include <gradus/data/synthetic.h>
#include <gradus/data/tensor_dataset.h>
