#include <gradus/autograd/base/file_name.h>

#include <iomanip>
#include <ostream>

namespace gradus {

std::ostream& operator<<(std::ostream& out, const FileName& file) { return out << std::quoted(file.string()); }

}  // namespace gradus
