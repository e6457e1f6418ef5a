// All of the room train: what stands on models, optimizers and data together.
#pragma once
#include <gradus/train/checkpoint/checkpoint.h>
#include <gradus/train/metrics/metrics.h>
