#include "landscape/network/training.h"

#include <algorithm>

namespace landscape::network {

// Ten thousand pictures come in no order to begin with: batches are consecutive stretches, round and round.
Course train(const Plan& plan, const Pictures& pictures, std::uint64_t seed, const Pace& pace) {
  Classifier net(seed);
  const auto optimizer = plan.optimizer(net.parameters());
  Course course{plan.label, {}, {}, {}, 0};
  const auto keep = [&](int step) {
    course.steps.push_back(step);
    course.points.push_back(net.point());
    course.losses.push_back(net.loss(pictures));
  };
  keep(0);
  for (int step = 1; step <= pace.steps; ++step) {
    const std::int64_t begin = (step - 1) * pace.batch % pictures.size();
    optimizer->zero_grad();
    net.loss_of(pictures.part(begin, std::min(begin + pace.batch, pictures.size()))).backward();
    optimizer->step();
    if (step % pace.every == 0 || step == pace.steps) keep(step);
  }
  course.accuracy = net.accuracy(pictures);
  return course;
}

}  // namespace landscape::network
