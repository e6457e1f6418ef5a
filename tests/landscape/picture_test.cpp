// Pictures of surfaces and paths hold what they should, and are small.
#include <support.h>

#include "landscape/picture.h"

namespace landscape::picture_test {

TEST(Picture, IsASmallSvgOnEverySurface) {
  for (const Surface& s : surfaces()) {
    SCOPED_TRACE(s.name);
    const Path path = run({.surface = std::string(s.name), .noise = 1});
    const std::string drawn = picture(Ground(s), {{"a < b & c", path}}).svg();
    EXPECT_LT(drawn.size(), 15000);
    EXPECT_THAT(drawn, testing::StartsWith("<svg "));
    EXPECT_THAT(drawn, testing::EndsWith("</svg>\n"));
    EXPECT_THAT(drawn, testing::HasSubstr("a &lt; b &amp; c"));
    EXPECT_THAT(drawn, testing::Not(testing::HasSubstr("nan")));
    EXPECT_LT(picture(Ground(s), {{"x", path}}).svg({.width = 360, .height = 240, .scales = false}).size(), 8000);
  }
}

TEST(Picture, ADivergedPathIsDrawnWithoutAnEnd) {
  const Path path = run({.surface = "beale", .options = {{"lr", "10"}}});
  ASSERT_EQ(path.outcome.kind, Outcome::Kind::diverged);
  const std::string drawn = picture(Ground(surfaces()[2]), {{"SGD", path}}).svg();
  EXPECT_THAT(drawn, testing::HasSubstr("class='r c1'"));
  EXPECT_THAT(drawn, testing::Not(testing::HasSubstr("class='e c1'")));
  EXPECT_THAT(drawn, testing::Not(testing::HasSubstr("inf")));
}

TEST(Picture, ShowsStartEndAndPathPlainWithoutColour) {
  const Path path = run({.surface = "ravine", .steps = 3});
  const Ground ground(surfaces()[0]);
  const std::string plain = picture(ground, {{"SGD", path}}).text({.columns = 60});
  EXPECT_THAT(plain, testing::Not(testing::HasSubstr("\x1b")));
  const std::string map = plain.substr(0, plain.find("● SGD"));
  for (const char* sign : {"S", "E", "✕", "●", "∙"}) EXPECT_THAT(map, testing::HasSubstr(sign));
  EXPECT_THAT(picture(ground, {{"SGD", path}}).text({.columns = 60, .colour = true}), testing::HasSubstr("\x1b[0m\n"));
  EXPECT_NO_THROW(picture(ground, {{"far", run({.surface = "ravine", .options = {{"lr", "9"}}})}}).text({.columns = 1}));
}

}  // namespace landscape::picture_test
