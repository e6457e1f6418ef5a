#include <gradus/nn/layers/conv.h>

#include <cmath>

#include <gradus/nn/init/init.h>

namespace gradus::nn {

Conv2d::Conv2d(std::int64_t in, std::int64_t out, const Conv2dOptions& o)
    : options_{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups} {
  check<ValueError>(in >= 1 && out >= 1, "Conv2d: needs at least 1 input and 1 output channel, not ", in, " and ", out);
  check_options("Conv2d", o);
  check<ValueError>(in % o.groups == 0 && out % o.groups == 0, "Conv2d: groups must divide both channels: groups ", o.groups,
                    ", input ", in, ", output ", out);
  Generator& generator = o.generator ? *o.generator : default_generator();
  weight = Parameter(Array({out, in / o.groups, o.kernel.h, o.kernel.w}, o.dtype), "weight");
  init::kaiming_uniform(weight, {.a = std::sqrt(5.0)}, generator);
  if (!o.bias) return;
  const double bound = 1 / std::sqrt(static_cast<double>(init::fans(weight.shape()).in));
  bias = Parameter(Array({out}, o.dtype), "bias");
  init::uniform(bias, -bound, bound, generator);
}

Tensor Conv2d::operator()(const Tensor& x) const { return conv2d(x, weight, bias, options_); }

}  // namespace gradus::nn
