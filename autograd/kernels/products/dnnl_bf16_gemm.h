// Products of f32 matrices in bf16, added up in f32, where the processor multiplies bf16 (avx512_bf16, amx) and this build has oneDNN.
#pragma once
#include <string>

#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

bool has_bf16_products();
bool bf16_wanted();               // in this thread (base/product_precision.h), and there are such products
std::string bf16_description();   // for people: by what, or why not

// On all cores, where there are such products. False, and nothing done: it is too small for them.
bool bf16_gemm(const Product<float>& product);

}  // namespace gradus::kernels
