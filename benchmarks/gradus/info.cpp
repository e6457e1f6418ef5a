// What gradus uses on this machine: the bench prints it above its figures.
#include <gradus/autograd/build_info.h>

#include <iostream>

int main() { std::cout << gradus::build_info(); }
