// What one picture takes: the networks of the jobs mlp and convnet, evaluated at batch size 1.
#include "convnet.h"
#include "mlp.h"

namespace {

template <class Net>
void measure(const bench::Options& options, Net& net, const std::string& weights) {
  load_weights(nn::parameters(net), options, weights);
  nn::eval(net);
  const NoGrad guard;
  const Tensor image = std::get<0>(pictures(options).get_batch(std::vector<std::int64_t>{0}));
  bench::report_latencies(options, sum(abs(net(image))).item(), [&] { net(image); });
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
