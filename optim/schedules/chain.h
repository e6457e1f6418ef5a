// How a schedule acts on a learning rate that others change too: PyTorch's chainable forms, from one t to the next. LRScheduler asks it
// about numbers, ChainedScheduler about straight lines in a base that is known later.
//   Link<double> link{base, lr};   go_on(curve, link, found, initial_lr, t, t + 1, group);   optimizer.set_lr(link.set, group);
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

// A learning rate as a function of base: every schedule is a straight line in it.
struct Line {
  double at_zero = 0, slope = 1;
  double operator()(double base) const { return at_zero + slope * base; }

  friend bool operator==(const Line&, const Line&) = default;
  friend Line operator+(const Line& a, const Line& b) { return {a.at_zero + b.at_zero, a.slope + b.slope}; }
  friend Line operator-(const Line& a, const Line& b) { return {a.at_zero - b.at_zero, a.slope - b.slope}; }
  friend Line operator-(const Line& a, double b) { return {a.at_zero - b, a.slope}; }
  friend Line operator/(const Line& a, double b) { return {a.at_zero / b, a.slope / b}; }
};

// The curve at t as a function of base, and its value for a base that is a number or such a function itself.
Line line_of(const Curve& curve, double t, int group);
inline double value_of(const Curve& curve, double base, double t, int group) { return curve.lr(base, t, group); }
Line value_of(const Curve& curve, const Line& base, double t, int group);

// What a schedule remembers of a group: the base it computes from, and the learning rate as it set it last.
template <class Rate>
struct Link {
  Rate base{}, set{};
};

// Goes from `from` to `to`, where the rate `found` is in force. Where it is not link.set, base becomes what would have led to it: with
// lr = base·f(t) that is new = found·f(to)/f(from). Where f is 0 nothing of base can be seen: a curve that stays at 0 leaves what it finds,
// and one that rises again adds its rise to it, a cosine the rise that it would have from the group's initial_lr.
template <class Rate>
void go_on(const Curve& curve, Link<Rate>& link, const Rate& found, const Rate& initial, double from, double to, int group) {
  if (curve.chains()) {
    const Line before = line_of(curve, from, group);
    if (before.slope != 0) {
      if (!(found == link.set)) link.base = (found - before.at_zero) / before.slope;
    } else if (const Line after = line_of(curve, to, group); after.slope != 0) {
      const Rate start = curve.rises_from_initial_lr() ? initial : link.base, bottom = value_of(curve, start, from, group);
      if (!(found == bottom)) {
        link.set = found + (value_of(curve, start, to, group) - bottom);
        link.base = (link.set - after.at_zero) / after.slope;
        return;
      }
      link.base = start;
    } else if (before.at_zero == 0 && after.at_zero == 0) {
      link.set = found;
      return;
    }
  }
  link.set = value_of(curve, link.base, to, group);
}

}  // namespace gradus::optim
