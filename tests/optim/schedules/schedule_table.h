// The table of schedules: for each of PyTorch's sequences in golden/schedules/ (made by golden/make_schedules.py) the curve that
// must give it. A schedule without a row fails the tests.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/schedules/curve.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing {

enum class Kind { sgd, adam, adamw, rmsprop };

// An optimizer with two groups, whose learning rates begin with 0.1 and 0.5. It has taken a step, so that schedules do not warn.
std::unique_ptr<Optimizer> two_groups(Kind kind = Kind::sgd);

struct Row {
  std::string golden;                  // the name of the sequence
  Curve curve;
  Kind kind = Kind::sgd;
  double pace = 1, offset = 0;         // t = 0 and then pace·step + offset
  double t(int step) const { return step == 0 ? 0 : pace * step + offset; }
};

const std::vector<Row>& schedule_table();
const Array& schedule_golden(const std::string& name);
bool has_schedule_golden(const std::string& name);

std::vector<double> lrs(const Optimizer& optimizer);   // of its groups

template <class F>
std::string value_error(F&& f) {
  try {
    f();
  } catch (const ValueError& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace gradus::optim::testing
