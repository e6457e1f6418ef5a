// Optimizers, learning rate schedules, and what stands around a step: clipping, accumulation, statistics, range tests.
#pragma once
#include <gradus/optim/accumulation.h>
#include <gradus/optim/all_rules.h>
#include <gradus/optim/averaged_weights.h>
#include <gradus/optim/clip.h>
#include <gradus/optim/lbfgs.h>
#include <gradus/optim/lookahead.h>
#include <gradus/optim/presets.h>
#include <gradus/optim/range_test.h>
#include <gradus/optim/sam.h>
#include <gradus/optim/schedules/schedules.h>
#include <gradus/optim/statistics.h>
#include <gradus/optim/weight_average.h>
