// The tape: nodes, leaves, and whether operations are recorded. Who writes an operation reads op.h.
#pragma once
#include <gradus/autograd/tape/leaf.h>
#include <gradus/autograd/tape/node.h>
#include <gradus/autograd/tape/recording.h>
