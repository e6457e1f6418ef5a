// Optimizers, learning rate schedules and clipping.
#pragma once
#include <gradus/optim/all_rules.h>
#include <gradus/optim/averaged_weights.h>
#include <gradus/optim/clip.h>
#include <gradus/optim/lbfgs.h>
#include <gradus/optim/presets.h>
#include <gradus/optim/schedules/schedules.h>
