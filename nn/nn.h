// All of the nn room: layers, models made of them, their state, losses, initial values.
#pragma once
#include <gradus/nn/activation.h>
#include <gradus/nn/any_module.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/embedding.h>
#include <gradus/nn/init.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/module.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>
#include <gradus/nn/state.h>
#include <gradus/nn/update_batch_norm.h>
