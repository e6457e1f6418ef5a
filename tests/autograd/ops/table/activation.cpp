#include <gradus/autograd/ops/activation.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::activation_table {

const Rows family{
    elementwise("sigmoid", of([](auto& x) { return sigmoid(x); })),
    elementwise("softplus", of([](auto& x) { return softplus(x); })),
    elementwise("relu", of([](auto& x) { return relu(x); })),
    elementwise("gelu", of([](auto& x) { return gelu(x); })),
    elementwise("gelu_tanh", of([](auto& x) { return gelu_tanh(x); })),
    elementwise("silu", of([](auto& x) { return silu(x); })),
    elementwise("mish", of([](auto& x) { return mish(x); })),
};

}  // namespace gradus::activation_table
