// The parameters and gradients that the tests of optimizers share: four tensors, with gradients that are sometimes zero and sometimes
// undefined, from integer formulas that golden/make_optim.py repeats.
#pragma once
#include <string>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/optim/driver/optimizer.h>

#include "optim/rules/list.h"

namespace gradus::optim::testing {

inline const std::vector<Shape> shapes{{1}, {17}, {1000}, {4, 6}};

inline double table_weight(int tensor, std::int64_t i) { return static_cast<double>((i * 37 + tensor * 11) % 101 - 50) / 25; }

inline bool has_gradient(int step, int tensor) { return !(tensor == 2 && step % 4 == 1) && !(tensor == 3 && step < 2); }

inline double table_gradient(int step, int tensor, std::int64_t i) {
  if ((tensor == 1 && step % 5 == 3) || (tensor == 0 && step == 0)) return 0;
  return static_cast<double>((step * std::int64_t{7919} + i * 104729 + tensor * std::int64_t{1299709}) % 2003 - 1001) / 500;
}

template <class F>
Array filled(const Shape& shape, Dtype dtype, F&& f) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.elements(); ++i) values.push_back(f(i));
  return Array::from(values, shape).to(dtype);
}

// The table's parameters, named a, b, c, d.
inline Parameters table_parameters(Dtype dtype = f64) {
  Parameters out;
  for (int t = 0; t < 4; ++t)
    out.push_back({std::string(1, static_cast<char>('a' + t)),
                   Counted<Leaf>(new Leaf(filled(shapes[t], dtype, [&](auto i) { return table_weight(t, i); })))});
  return out;
}

inline void set_gradients(const Parameters& parameters, int step) {
  for (int t = 0; t < 4; ++t) {
    Leaf& leaf = *parameters[t].leaf;
    leaf.grad = has_gradient(step, t) ? Tensor(filled(shapes[t], leaf.value.dtype(), [&](auto i) { return table_gradient(step, t, i); }))
                                      : Tensor();
  }
}

// Steps begin, …, end − 1 of the table.
inline void run(Optimizer& optimizer, const Parameters& parameters, int begin, int end) {
  for (int step = begin; step < end; ++step) {
    set_gradients(parameters, step);
    optimizer.step();
  }
}

// All values, one after the other.
inline std::vector<double> values(const Parameters& parameters) {
  std::vector<double> out;
  for (const NamedParameter& p : parameters)
    for (double x : p.leaf->value.to_vector()) out.push_back(x);
  return out;
}

// One parameter with its value and gradient.
inline Parameters single(const Array& value, const Tensor& grad = {}, std::string name = "w") {
  Parameters out{{std::move(name), Counted<Leaf>(new Leaf(value))}};
  out[0].leaf->grad = grad;
  return out;
}

inline Array f64s(std::initializer_list<double> values) { return Array::from(values, {static_cast<std::int64_t>(values.size())}); }

}  // namespace gradus::optim::testing
