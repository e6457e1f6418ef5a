// Optimizers, learning rate schedules, and what stands around a step: clipping, accumulation, statistics, range tests.
#pragma once
#include <gradus/optim/around/accumulation.h>
#include <gradus/optim/around/averaged_weights.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/lr_range_test.h>
#include <gradus/optim/around/sam.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/gradients/statistics.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/preview.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/pytorch/pytorch_state.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/schedules/schedules.h>
#include <gradus/optim/second_order/lbfgs.h>
