// The largest eigenvalue of the Hessian: how strongly the loss curves in its steepest direction. Gradient descent with rate η is stable
// where it is below 2/η.
#pragma once
#include "landscape/network/classifier.h"

namespace landscape::network {

// By power iteration on Hessian-vector products, each of them ∂(g·v)/∂w: a gradient of a gradient, no Hessian anywhere. `direction` is
// where to begin (empty: at ones) and becomes the eigenvector: from one point of a path to the next it hardly turns.
// This finds the eigenvalue of largest magnitude, which in a loss that falls is a positive one.
double sharpness(const Classifier& net, const Pictures& pictures, std::vector<gradus::Tensor>& direction, int rounds = 12);

}  // namespace landscape::network
