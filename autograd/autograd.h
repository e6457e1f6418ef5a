// All of the autograd room: arrays, tensors, operations, gradients.
#pragma once
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/denormal.h>
#include <gradus/autograd/base/drawing/drawing.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/build_info.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/autograd/tape/recorded.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>
