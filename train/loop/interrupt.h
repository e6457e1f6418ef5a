// Ctrl-C and SIGTERM, taken as a wish to end after the step at hand: while an Interrupt lives, the first of them is noted and said on
// stderr, the second ends the process at once. train::fit has one where it writes checkpoints; in a loop of one's own (opt-in):
//   train::Interrupt interrupt;
//   for (auto [x, y] : loader) {
//     step(x, y);
//     if (interrupt.requested()) { checkpoints.save(step, parts);  return 130; }
//   }
// Several may live at a time, in any threads: all of them see the signal. When the last goes, the handlers that were there before are back.
// A signal that is ignored (SIGINT of a background job) stays ignored.
#pragma once

namespace gradus::train {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;      // since this was made
  int signal() const;          // the one that came last; 0: none since this was made

 private:
  int before_;                 // signals that had come
};

}  // namespace gradus::train
