// Where did the NaN come from? While a DetectAnomaly lives, every operation of this thread is looked at, forward and backward: the first
// that makes a NaN or an infinity throws ValueError, which names the operation, its shapes and the labels of the scopes it was called in.
// For looking for a fault: every result is read once more. Costs nothing where none lives.
//   const DetectAnomaly looking;
//   const TapeLabel part("encoder");                 // scopes nest; tape_text shows the labels of what was recorded while looking
//   log(x)                                           // log: made -inf at [2] of …: [3] f32 -> [3] f32, in "encoder"
#pragma once
#include <string>
#include <string_view>

namespace gradus {

namespace detail {
std::string labels();   // ", in \"loss / head\"", outermost first; empty where there are none
}

struct AnomalyOptions {
  bool infinity = true;     // ±inf too; without it NaN alone, where infinities are meant (a mask of attention)
};

class DetectAnomaly {
 public:
  explicit DetectAnomaly(const AnomalyOptions& options = {});
  DetectAnomaly(const DetectAnomaly&) = delete;
  ~DetectAnomaly();

 private:
  unsigned before_;
};

// What the operations of a scope belong to, for messages; the text must outlive the scope.
class TapeLabel {
 public:
  explicit TapeLabel(std::string_view text);
  TapeLabel(const TapeLabel&) = delete;
  ~TapeLabel();

 private:
  friend std::string detail::labels();
  std::string_view text_;
  const TapeLabel* outer_;
};

}  // namespace gradus
