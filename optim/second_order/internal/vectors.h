// Vectors of doubles, arrays [n], on all cores; the same bits for any number of threads. What L-BFGS computes with.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::optim::vectors {

double dot(const Array& a, const Array& b);
double largest(const Array& a);                                               // max |aᵢ|, NaN if any is
double absolute_sum(const Array& a);
Array blend(double a, const Array& x, double b, const Array& y);              // a·x + b·y
void add(Array& y, double a, const Array& x);                                 // y ← y + a·x
Array scaled(double a, const Array& x);                                        // a·x

}  // namespace gradus::optim::vectors
