// The laboratory's engine behind one function: a request in JSON, an answer in JSON (protocol.md has their forms).
//   answer(R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"}})")
#pragma once
#include <string>
#include <string_view>

namespace landscape {

// Never throws; what is wrong with a request is answered as {"error": "ValueError: …"}.
std::string answer(std::string_view request) noexcept;

}  // namespace landscape
