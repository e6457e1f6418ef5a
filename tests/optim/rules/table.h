// The parameters and gradients that the tests of optimizers share: four tensors, with gradients that are sometimes zero and sometimes
// undefined, from integer formulas that golden/make_optim.py repeats.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/optim/driver/optimizer.h>

namespace gradus::optim::testing {

extern const std::vector<Shape> shapes;

double table_weight(int tensor, std::int64_t i);
bool has_gradient(int step, int tensor);
double table_gradient(int step, int tensor, std::int64_t i);

// A function of an element's place, as an argument; lighter to compile than std::function.
class Formula {
 public:
  template <class F>
  Formula(const F& f) : f_(&f), call_([](const void* f, std::int64_t i) { return static_cast<double>((*static_cast<const F*>(f))(i)); }) {}
  double operator()(std::int64_t i) const { return call_(f_, i); }

 private:
  const void* f_;
  double (*call_)(const void*, std::int64_t);
};
Array filled(const Shape& shape, Dtype dtype, Formula f);
// The same of table_gradient(step, tensor, i), and kept for the next who asks.
const Array& table_gradients(int step, int tensor, const Shape& shape, Dtype dtype);

// The table's parameters, named a, b, c, d.
Parameters table_parameters(Dtype dtype = f64);
void set_gradients(const Parameters& parameters, int step);

// Steps begin, …, end − 1 of the table.
void run(Optimizer& optimizer, const Parameters& parameters, int begin, int end);

// All values, one after the other.
std::vector<double> values(const Parameters& parameters);

// One parameter with its value and gradient.
Parameters single(const Array& value, const Tensor& grad = {}, std::string name = "w");

Array f64s(std::initializer_list<double> values);

}  // namespace gradus::optim::testing
