#include <gradus/autograd/base/error.h>

#include <locale>
#include <sstream>
#include <utility>

namespace gradus::detail {

std::string join(std::initializer_list<Part> parts) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);    // when memory is short: bad_alloc, not half a text
  out.imbue(std::locale::classic());   // the same text whatever the program's locale
  for (const Part& part : parts) part.write(out, part.what);
  return std::move(out).str();
}

void write_chars(std::ostream& out, const void* what) { out << static_cast<const char*>(what); }

void write_manipulator(std::ostream& out, const void* what) {
  out << reinterpret_cast<std::ios_base& (*)(std::ios_base&)>(const_cast<void*>(what));
}

template <class T>
void write_plain(std::ostream& out, const void* what) {
  out << *static_cast<const T*>(what);
}
template void write_plain<bool>(std::ostream&, const void*);
template void write_plain<char>(std::ostream&, const void*);
template void write_plain<signed char>(std::ostream&, const void*);
template void write_plain<unsigned char>(std::ostream&, const void*);
template void write_plain<short>(std::ostream&, const void*);
template void write_plain<unsigned short>(std::ostream&, const void*);
template void write_plain<int>(std::ostream&, const void*);
template void write_plain<unsigned>(std::ostream&, const void*);
template void write_plain<long>(std::ostream&, const void*);
template void write_plain<unsigned long>(std::ostream&, const void*);
template void write_plain<long long>(std::ostream&, const void*);
template void write_plain<unsigned long long>(std::ostream&, const void*);
template void write_plain<float>(std::ostream&, const void*);
template void write_plain<double>(std::ostream&, const void*);
template void write_plain<long double>(std::ostream&, const void*);
template void write_plain<std::string>(std::ostream&, const void*);
template void write_plain<std::string_view>(std::ostream&, const void*);

}  // namespace gradus::detail
