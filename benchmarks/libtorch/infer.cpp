// What one picture takes: the networks of the jobs mlp and convnet, evaluated at batch size 1.
#include "convnet.h"
#include "mlp.h"

namespace {

template <class Net>
void measure(const bench::Options& options, Net& net, const std::string& weights) {
  load_weights(net.parameters(), options, weights);
  net.eval();
  const c10::InferenceMode guard;
  const Tensor image = ((pictures(options).images().narrow(0, 0, 1) - picture_mean) / picture_deviation).contiguous();
  bench::report_latencies(options, net.forward(image).abs().sum().template item<double>(), [&] { net.forward(image); });
}

void run(const bench::Options& options) {
  if (options.job == "infer-mlp") {
    Mlp net;
    measure(options, net, "mlp");
  } else {
    ConvNet net;
    measure(options, net, "convnet");
  }
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
