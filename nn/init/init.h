// Initial values of parameters, with PyTorch's names and formulas. Every function draws from the given generator, by default this thread's.
//   nn::init::kaiming_normal(conv.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
//   nn::init::zeros(conv.bias);
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/parameter.h>

namespace gradus::nn::init {

// How many inputs each output of a layer with this weight has, and the reverse: [out, in, kernel...] has in·∏kernel and out·∏kernel.
// ShapeError below 2 dimensions.
struct Fans {
  std::int64_t in, out;
};
Fans fans(const Shape& weight);

enum class Fan { in, out };
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

// By which factor weights grow so that the signal keeps its variance: 1 (linear, which convolutions are, too), 1, 5/3, √2, √(2 / (1 + a²)),
// 3/4.
double calculate_gain(Nonlinearity nonlinearity, double a = 0.01);

// He et al., "Delving deep into rectifiers", 2015: deviation gain / √fan; the uniform ones have the bound √3 times that.
struct KaimingOptions {
  double a = 0;                                              // slope of the negative half, for leaky_relu
  Fan mode = Fan::in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};
void kaiming_uniform(Parameter& weight, const KaimingOptions& options = {}, Generator& generator = default_generator());
void kaiming_normal(Parameter& weight, const KaimingOptions& options = {}, Generator& generator = default_generator());

// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010: deviation gain · √(2 / (in + out)).
void xavier_uniform(Parameter& weight, double gain = 1, Generator& generator = default_generator());
void xavier_normal(Parameter& weight, double gain = 1, Generator& generator = default_generator());

// ValueError for low > high, for a negative deviation, and for what is not finite.
void uniform(Parameter& p, double low = 0, double high = 1, Generator& generator = default_generator());
void normal(Parameter& p, double mean = 0, double deviation = 1, Generator& generator = default_generator());
// Normal, but nothing outside of [a, b], which are numbers and no multiples of the deviation. ValueError unless a < b and deviation > 0.
void trunc_normal(Parameter& p, double mean = 0, double deviation = 1, double a = -2, double b = 2,
                  Generator& generator = default_generator());
void constant(Parameter& p, double value);
void zeros(Parameter& p);
void ones(Parameter& p);

// The identity: a matrix with ones from corner to corner. ShapeError.
void eye(Parameter& matrix);
// The identity of a convolution, [out, in, kernel...] with one to three kernel dimensions: as many channels as it can go on as they came,
// in each of the groups. ShapeError; ValueError unless the groups divide `out`.
void dirac(Parameter& weight, std::int64_t groups = 1);
// Rows that are orthogonal and of length `gain`, or columns where there are more rows, of the weight as a matrix [out, in·∏kernel]; any
// such matrix is as likely (Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013).
void orthogonal(Parameter& weight, double gain = 1, Generator& generator = default_generator());
// Normal with mean 0, and ⌈sparsity·rows⌉ zeros in each column of a matrix (Martens, "Deep learning via Hessian-free optimization", 2010).
// ShapeError; ValueError for a sparsity outside of [0, 1].
void sparse(Parameter& matrix, double sparsity, double deviation = 0.01, Generator& generator = default_generator());

}  // namespace gradus::nn::init
