#include <gradus/autograd/walk/internal/visit.h>

#include <gradus/autograd/base/error.h>

namespace gradus {

void Visit::refuse(const char* walk) const {
  if (node_->visitors_.load(std::memory_order_relaxed) == used)
    fail<GraphError>(walk, ": the graph was already released by an earlier backward, or is being used up by one in another thread (at ",
                     node_->name(), "); pass {.retain_graph = true} to the earlier one to walk it twice");
  fail<GraphError>(walk, ": another walk is in the same graph at this moment (at ", node_->name(),
                   "), and this one would use it up; pass {.retain_graph = true} to both");
}

}  // namespace gradus
