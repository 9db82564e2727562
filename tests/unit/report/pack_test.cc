#include "report/pack.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/unit/report/unpack.h"

namespace pidometer {
namespace {

ClockPoint point(std::int64_t seconds, Pid pid) {
  ClockPoint made;
  made.time = Timestamp(std::chrono::seconds(seconds));
  made.pid = pid;
  return made;
}

TEST(Pack, ComesBackAsItWas) {
  // Longer than a block of base64, and not whole in it.
  std::string bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < 5'000'001; ++i) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24U);
  }
  EXPECT_EQ(unpack(pack(bytes)), bytes);
  EXPECT_EQ(unpack(pack("")), "");
}

TEST(Points, AreVarintsOfTheirDifferences) {
  ClockPoint first = point(100, 5);
  first.judged = true;
  first.unexplained = 842.4F;
  ClockPoint second = point(40, 3);  // a smaller time and PID
  second.apart = true;
  // zigzag(100) = 200; zigzag(5) * 4 + 1 = 41; zigzag(842) = 1684
  // zigzag(-60) = 119; zigzag(-2) * 4 + 2 = 14
  EXPECT_EQ(encode_points({first, second}), "\xc8\x01\x29\x94\x0d\x77\x0e");
}

TEST(Points, TimesBefore1970AndLargePidsFit) {
  EXPECT_EQ(encode_points({point(-1, 4194303)}), std::string("\x01\xf8\xff\xff\x0f", 5));
}

TEST(Points, OfNoClockAreNothing) {
  EXPECT_EQ(encode_points({}), "");
}

}  // namespace
}  // namespace pidometer
