// Rows of logs as text, and their reader.
//   for_each_row(file, [&](std::uint64_t begin, std::int64_t step, const std::vector<NamedValue>& row) { … });
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/base/internal/json_text.h>
#include <gradus/train/loop/context.h>

namespace gradus::train::logs {

using gradus::detail::json_text;
std::string json_number(double value);                              // null unless finite
std::string csv_text(std::string_view text, bool in_one_line = true);   // in quotes where RFC 4180 wants them

enum class Format { csv, json };
// Calls row(where it begins, its step, its values) for each whole line; returns where the last whole line ends. Of a CSV the names are told
// first. FileError names file and line.
using RowFunction = std::function<void(std::uint64_t begin, std::int64_t step, const std::vector<NamedValue>& row)>;
std::uint64_t each_row(const FileName& file, Format format, const RowFunction& row, std::vector<std::string>* names = nullptr);

}  // namespace gradus::train::logs
