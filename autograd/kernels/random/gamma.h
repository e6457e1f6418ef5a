// The gamma distribution with rate 1: numbers, and how one moves with the concentration.
#pragma once
#include <gradus/autograd/kernels/random/draws.h>

namespace gradus::kernels {

// One number for concentration a > 0 (Marsaglia, Tsang, "A simple method for generating gamma variables", 2000).
double draw_gamma(Draws& draws, double a);

// dx/da of a number x that stays at its place of the distribution, −(∂F/∂a)/f for its distribution function F and density f (Figurnov,
// Mohamed, Mnih, "Implicit reparameterization gradients", 2018). Relative error below 1e-10, but where x lies beyond all but 1e-6 of the
// distribution.
double gamma_slope(double a, double x);
// How that moves with a, where x stays. Terms cancel where a is large: the absolute error is that of numbers of the size of 1/√a.
double gamma_slope_by_shape(double a, double x);

double digamma(double x);        // x > 0
double log_factorial(double k);  // k = 0, 1, 2, …

}  // namespace gradus::kernels
