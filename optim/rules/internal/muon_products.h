// Muon's products. Like kernels/products/gemm.h's, but cut by the shapes alone, so that their bits do not depend on the number of threads;
// and of a product that is known to be symmetric little more than half is computed.
#pragma once
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::optim {

void fixed_product(const gradus::kernels::Product<float>& product);
void fixed_product(const gradus::kernels::Product<double>& product);

// c [n, n] = a [n, k] · b [k, n], which are such that c is symmetric; c has no gaps.
void symmetric_product(const gradus::kernels::Matrix<float>& a, const gradus::kernels::Matrix<float>& b, std::int64_t n, std::int64_t k,
                       float* c);
void symmetric_product(const gradus::kernels::Matrix<double>& a, const gradus::kernels::Matrix<double>& b, std::int64_t n, std::int64_t k,
                       double* c);

}  // namespace gradus::optim
