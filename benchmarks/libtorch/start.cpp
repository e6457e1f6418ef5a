// The job start: a program that makes one tensor. Measured from outside.
#include <torch/torch.h>

#include <cstdio>

int main() { std::printf("%g\n", torch::ones({3}).sum().item<double>()); }
