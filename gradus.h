// All of gradus.
#pragma once
#include <gradus/autograd/autograd.h>
#include <gradus/data/data.h>
#include <gradus/nn/nn.h>
#include <gradus/optim/optim.h>
#include <gradus/train/train.h>
