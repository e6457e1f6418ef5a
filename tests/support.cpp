#include <support.h>

namespace gradus::testing_detail {

void expect_parts(const char* message, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts) EXPECT_THAT(message, testing::HasSubstr(part));
}

void fail_for_another(const std::exception& thrown) { FAIL() << "another kind of error: " << thrown.what(); }

void fail_for_none(std::initializer_list<std::string> parts) {
  FAIL() << "no error was thrown; expected one that says " << testing::PrintToString(std::vector<std::string>(parts));
}

}  // namespace gradus::testing_detail
