// The tangent of an operation that has written none: its backward, g ↦ Jᵀg, is linear in g, so the gradient of ⟨backward(u), v⟩ with
// respect to u is J·v, for any u.
#pragma once
#include <span>

#include <gradus/autograd/tape/node.h>

namespace gradus {

// Of each result whose form is known, from the tangents of the inputs. Recorded if the calling walk records.
Tangents transposed_backward(Node& node, std::span<const Tensor> tangents, std::span<const Form> results);

}  // namespace gradus
