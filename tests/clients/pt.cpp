// Files of torch.save, read and written again.
#include <gradus/autograd/array/formats/pt.h>

#include "subject.h"

namespace clients::pt {

const Subject copy_pt{"copy-pt", "FROM TO: all values of a .pt file into another",
                      [](const Arguments& a) { gradus::save_pt(a.at(1), gradus::load_pt(a.at(0))); }};

}  // namespace clients::pt
