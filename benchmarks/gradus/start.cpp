// The job start: a program that makes one tensor. Measured from outside.
#include <gradus/gradus.h>

#include <cstdio>

int main() { std::printf("%g\n", gradus::sum(gradus::ones({3})).item()); }
