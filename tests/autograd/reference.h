// For tests against reference numbers: golden values, comparison of arrays, and random inputs.
#pragma once
#include <string>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/creation.h>
#include <golden_values.h>
#include <support.h>

namespace gradus {

// Equal shapes, and every element within tolerance·max(1, |wanted|); NaN equals NaN, an infinity itself.
void expect_near(const Array& got, const Array& wanted, double tolerance, const std::string& what = {});
void expect_near(const Tensor& got, const Array& wanted, double tolerance, const std::string& what = {});

// Equal shapes, and every element within `tolerance` of the wanted one.
void expect_within(const Array& got, const Array& wanted, double tolerance);

// f of those inputs that the folder's files have as <name>.<key>, in the keys' order: its value is <name>.y, its gradients for <name>.g are
// <name>.d<key>, recorded and not.
void expect_golden(const std::string& folder, const std::string& name, const std::vector<std::string>& keys, const Function& f,
                   double tolerance, double of_gradients);

Tensor random(const Shape& shape, std::uint64_t seed = 1, Dtype dtype = f64);

// The gradients with create_graph (composed of differentiable operations) must be those without it (fused loops).
void expect_same_gradients(const Function& f, const std::vector<Tensor>& inputs, double tolerance = 1e-12);

}  // namespace gradus
