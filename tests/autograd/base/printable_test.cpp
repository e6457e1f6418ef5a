// Names out of files, as messages show them.
#include <string>

#include <gtest/gtest.h>

#include <gradus/autograd/base/internal/printable.h>

namespace gradus::printable_test {

using detail::in_quotes, detail::printable, detail::shown;

TEST(Printable, WhatATerminalObeysIsWrittenOut) {
  EXPECT_EQ(printable("fc.weight"), "fc.weight");
  EXPECT_EQ(printable("a\x1b[2J\n"), "a\\x1b[2J\\x0a");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u00e9\u4e16\U0001F600"), "\u00e9\u4e16\U0001F600");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");             // C1: a terminal's CSI
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");             // no UTF-8, cut off
  EXPECT_EQ(printable("\xed\xa0\x80\xc0\xaf"), "\\xed\\xa0\\x80\\xc0\\xaf");   // a surrogate, an overlong slash
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, LongNamesAreCutBetweenCharacters) {
  EXPECT_EQ(shown(std::string(80, 'a')), std::string(80, 'a'));
  EXPECT_EQ(shown(std::string(81, 'a')), std::string(77, 'a') + "...");
  EXPECT_EQ(shown(std::string(76, 'a') + "\u00e9\u00e9\u00e9"), std::string(76, 'a') + "...");
  EXPECT_EQ(in_quotes("w"), "'w'");
  EXPECT_EQ(in_quotes("w", '"'), "\"w\"");
}

}  // namespace gradus::printable_test
