// Optimizers, learning rate schedules and clipping.
#pragma once
#include <gradus/optim/adam.h>
#include <gradus/optim/clip.h>
#include <gradus/optim/cosine_annealing_lr.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gradus/optim/step_lr.h>
