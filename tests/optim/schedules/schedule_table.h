// The table of schedules: for each of PyTorch's sequences in golden/schedules/ (made by golden/make_schedules.py) the curve that
// must give it. A schedule without a row fails the tests.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/curve.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing {

enum class Kind { sgd, adam, adamw, rmsprop };

// An optimizer with two groups, whose learning rates begin with 0.1 and 0.5. It has taken a step, so that schedules do not warn.
inline std::unique_ptr<Optimizer> two_groups(Kind kind = Kind::sgd) {
  const Parameters p = table_parameters();
  const auto make = [&]<class O>(std::type_identity<O>) -> std::unique_ptr<Optimizer> {
    return std::make_unique<O>(
        std::vector<typename O::Group>{{.params = {p[0]}, .options = {.lr = 0.1}}, {.params = {p[1]}, .options = {.lr = 0.5}}});
  };
  std::unique_ptr<Optimizer> out = kind == Kind::sgd    ? make(std::type_identity<SGD>{})
                                   : kind == Kind::adam  ? make(std::type_identity<Adam>{})
                                   : kind == Kind::adamw ? make(std::type_identity<AdamW>{})
                                                         : make(std::type_identity<RMSprop>{});
  out->step();
  return out;
}

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

inline std::vector<double> lrs(const Optimizer& optimizer) {
  std::vector<double> out;
  for (int group = 0; group < optimizer.groups(); ++group) out.push_back(optimizer.lr(group));
  return out;
}

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
