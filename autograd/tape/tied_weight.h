// What the Parameters that stand for one weight in several places of a model know of each other. Models say it by nn::Tie (nn/model/tie.h),
// which is built on this.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace gradus {

class Parameter;

namespace detail {

struct TiedWeight;

// A Parameter's place in it. When a model is copied, the copies of its places come before the copy of its tie, and wait for it: until then,
// and for ever where only a part of the model is copied, they are weights of their own.
struct TiedPlace {
  Parameter* parameter;
  std::shared_ptr<TiedWeight> weight;    // of a place that waits: the one it was copied from
  std::size_t slot;
  bool waits;
};
struct Leave {
  void operator()(TiedPlace* place) const noexcept;
};
using TiedPlacePtr = std::unique_ptr<TiedPlace, Leave>;

// The places may lie in different threads' models; one lock guards all of it.
struct TiedWeight {
  struct Copy {
    const void* thread;
    TiedPlace* place;
  };
  int ties = 1;                          // nn::Ties that say it
  std::vector<TiedPlace*> places;        // by slot; null where that Parameter is gone
  std::vector<Copy> copies;              // those that wait

  static std::shared_ptr<TiedWeight> of(const std::vector<Parameter*>& parameters);   // all take the first one's leaf
  std::shared_ptr<TiedWeight> copy_of_model() const;                                  // of the copies that wait in this thread; GraphError
  void end();                            // of a tie
  bool alive() const;                    // some place is still there
};

TiedPlacePtr copied(const TiedPlace& place, Parameter* copy);    // null if the place waits itself; GraphError if no tie lives
void moved(TiedPlace& place, Parameter* to) noexcept;
bool ties(const TiedPlace& place);                               // it does not wait
void set_requires_grad(const TiedPlace& place, bool on);         // of all places

}  // namespace detail
}  // namespace gradus
