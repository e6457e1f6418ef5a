// A file that grows row by row: what append() was given is the system's when it returns, or on the disk where that is wanted. FileError
// names the file and what the system said, and nothing of the row is there then, if the system lets it.
#pragma once
#include <cstdint>
#include <string_view>

#include <gradus/autograd/base/file_name.h>

namespace gradus::train::logs {

void append(const FileName& file, std::string_view bytes, bool to_disk = false);   // made if it is not there
void begin_anew(const FileName& file, std::string_view bytes);                 // folders are made, too; in one step
void truncate(const FileName& file, std::uint64_t size);
bool exists(const FileName& file);

}  // namespace gradus::train::logs
