#include "plugin/witness/witness_matcher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};
constexpr std::uint32_t kMinute = 60;

Timestamp at(std::int64_t seconds) {
  return kStart + std::chrono::seconds(seconds);
}

/// A tick a minute; `pids` are their readings.
PidClock clock_of(const std::vector<Pid>& pids, std::optional<Pid> pid_max = {}) {
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < pids.size(); ++i) {
    Reading reading;
    reading.time = at(static_cast<std::int64_t>(i) * kMinute);
    reading.pid = pids[i];
    reading.label = 1;
    reading.record = static_cast<std::uint32_t>(i);
    readings.push_back(reading);
  }
  ClockOptions options;
  options.pid_max = pid_max;
  return build_pid_clock(std::move(readings), options);
}

WitnessWindow window(std::uint32_t first, std::uint32_t last, double expected = -1) {
  return {at(first * kMinute), at(last * kMinute), first, last, expected};
}

Sighting seen(std::int64_t seconds, Pid pid, WitnessAge age = WitnessAge::any) {
  Sighting one;
  one.time = at(seconds);
  one.pid = pid;
  one.age = age;
  one.offset = static_cast<std::uint64_t>(seconds) * 1000 + pid;
  one.length = 10;
  return one;
}

/// `b` born, `s` seen, `-` neither.
char relation(const PidClock& clock, const WitnessWindow& of, const Sighting& one) {
  WitnessMatcher matcher(clock, {of});
  const bool any = matcher.add(one);
  const auto found = matcher.take();
  EXPECT_EQ(found[0].total, any ? 1U : 0U);
  if (!any) return '-';
  return found[0].sightings[0].born ? 'b' : 's';
}

TEST(WitnessMatcher, BetweenPiecesOfALogNothingIsKnown) {
  // Two pieces; what lay between is lost.
  std::vector<Reading> readings;
  const std::vector<Pid> pids = {1000, 1003, 1043, 1046, 2000, 2003, 2043, 2046};
  for (std::uint32_t i = 0; i < pids.size(); ++i) {
    Reading reading;
    reading.time = at(std::int64_t{i} * kMinute + (i < 4 ? 0 : 86400));
    reading.pid = pids[i];
    reading.label = 1;
    reading.record = i;
    if (i == 4) reading.lost_before = Loss::damaged;
    readings.push_back(reading);
  }
  ClockOptions options;
  options.recovered = true;
  const PidClock clock = build_pid_clock(std::move(readings), options);
  const WitnessWindow first = window(1, 2);
  WitnessWindow second = window(5, 6);
  second.start += std::chrono::days(1);
  second.end += std::chrono::days(1);
  const auto told = [&](std::int64_t seconds, Pid pid) {
    WitnessMatcher matcher(clock, {first, second}, true);
    matcher.add(seen(seconds, pid));
    std::string words;
    for (const auto& found : matcher.take())
      words += found.sightings.empty() ? '-' : found.sightings[0].born ? 'b' : 's';
    return words;
  };
  EXPECT_EQ(told(90, 1020), "b-");     // in its window
  EXPECT_EQ(told(150, 1020), "b-");    // later in its piece
  EXPECT_EQ(told(40000, 1020), "--");  // between the two: perhaps of another boot
  EXPECT_EQ(told(86400 + 330, 2020), "-b");
  EXPECT_EQ(told(86400 + 330, 1020), "-s");
  EXPECT_EQ(told(3 * 86400, 2020), "--");  // behind the last piece
}

TEST(WitnessMatcher, BornByPidAndSeenByTime) {
  // 3 a minute, and 40 in the minute from 120 to 180.
  const PidClock clock = clock_of({1000, 1003, 1006, 1046, 1049, 1052});
  const WitnessWindow of = window(2, 3);
  const struct {
    const char* name;
    std::int64_t seconds;
    Pid pid;
    char want;
  } cases[] = {
      {"in both", 150, 1020, 'b'},
      {"told of later", 290, 1020, 'b'},
      {"told of long after the log's last line", 3600, 1020, 'b'},
      {"an old PID in the window", 150, 1001, 's'},
      {"no PID in the window", 150, 0, 's'},
      {"the first record's own", 150, 1006, 's'},
      {"the last record's own", 180, 1046, 'b'},
      {"a later PID", 200, 1048, '-'},
      {"a PID of the window before it began", 110, 1020, '-'},
      {"a PID that the counter had not reached", 150, 5000, 's'},
      {"the window's end is not in it", 180, 1001, '-'},
      {"its start is", 120, 1001, 's'},
      {"beyond pid_max", 150, 40000, 's'},
  };
  for (const auto& c : cases)
    EXPECT_EQ(relation(clock, of, seen(c.seconds, c.pid)), c.want) << c.name;
}

TEST(WitnessMatcher, AnotherBootSessionHasOtherPids) {
  const PidClock clock = clock_of({1000, 1003, 1006, 1046, 1049, 250, 253, 256, 259, 262});
  ASSERT_EQ(clock.sessions.size(), 2U);
  EXPECT_EQ(relation(clock, window(2, 3), seen(200, 1020)), 'b');
  EXPECT_EQ(relation(clock, window(2, 3), seen(400, 1020)), '-') << "after the boot";
  EXPECT_EQ(relation(clock, window(2, 3), seen(270, 1020)), '-') << "before or after it?";
  // A window over the boot knows times only.
  EXPECT_EQ(relation(clock, window(4, 5), seen(270, 251)), 's');
}

/// Rounds of 1000 to 2000 PIDs a minute with a pid_max of 10300: a round is 10000.
std::vector<Pid> rounds(std::size_t minutes) {
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < minutes; ++i)
    pids.push_back(static_cast<Pid>(300 + (i * 1000) % 10000));
  return pids;
}

TEST(WitnessMatcher, WindowOverAWrap) {
  const PidClock clock = clock_of(rounds(12), 10300);
  ASSERT_EQ(clock.wraps, 1U);
  // From 9300 over the wrap to 300.
  EXPECT_EQ(relation(clock, window(9, 10), seen(570, 9500)), 'b');
  EXPECT_EQ(relation(clock, window(9, 11), seen(610, 700)), 'b');
  EXPECT_EQ(relation(clock, window(9, 10), seen(570, 8000)), 's');
}

TEST(WitnessMatcher, APidOfSeveralRoundsIsAmbiguous) {
  const PidClock clock = clock_of(rounds(40), 10300);
  ASSERT_EQ(clock.wraps, 3U);
  // 2300 to 3300 in the first round.
  EXPECT_EQ(relation(clock, window(2, 3), seen(200, 2500)), 'b');
  EXPECT_EQ(relation(clock, window(2, 3), seen(500, 2500)), 'b') << "not yet come round";
  EXPECT_EQ(relation(clock, window(2, 3), seen(900, 2500)), '-') << "handed out twice by then";
  // The same in the third: only a line of its time tells.
  EXPECT_EQ(relation(clock, window(22, 23), seen(22 * 60 + 30, 2500)), 'b');
  EXPECT_EQ(relation(clock, window(22, 23), seen(24 * 60, 2500)), '-');
}

TEST(WitnessMatcher, RandomPidsHaveTimesOnly) {
  std::vector<Pid> pids;
  std::uint32_t state = 12345;
  for (int i = 0; i < 600; ++i) {
    state = state * 1664525U + 1013904223U;
    pids.push_back(300 + (state >> 8U) % 32000);
  }
  const PidClock clock = clock_of(pids);
  ASSERT_EQ(clock.order.kind, PidOrderKind::random);
  for (Pid pid = 400; pid < 32000; pid += 97)
    EXPECT_EQ(relation(clock, window(10, 11), seen(630, pid)), 's');
}

TEST(WitnessMatcher, OneLineInTwoWindows) {
  const PidClock clock = clock_of({1000, 1003, 1006, 1046, 1049, 1090, 1093});
  WitnessMatcher matcher(clock, {window(2, 3), window(4, 5)});
  EXPECT_TRUE(matcher.add(seen(250, 1020)));
  const auto found = matcher.take();
  EXPECT_TRUE(found[0].sightings.at(0).born);
  EXPECT_FALSE(found[1].sightings.at(0).born);
}

TEST(WitnessMatcher, KeepsTheMostTelling) {
  const PidClock clock = clock_of({1000, 1003, 1006, 2006, 2009});
  WitnessMatcher matcher(clock, {window(2, 3)});
  for (int i = 0; i < 1000; ++i) matcher.add(seen(130, 0));
  for (int i = 0; i < 500; ++i) matcher.add(seen(131, 900));
  for (int i = 0; i < 300; ++i) matcher.add(seen(132, 1500));
  for (Pid pid = 1600; pid < 1640; ++pid) matcher.add(seen(133, pid));
  Sighting package = seen(134, 0);
  package.explains = true;
  matcher.add(package);
  const auto found = matcher.take();
  EXPECT_EQ(found[0].total, 1841U);
  ASSERT_EQ(found[0].sightings.size(), WitnessMatcher::kMostEach);
  std::size_t born = 0;
  std::size_t explains = 0;
  std::size_t of_1500 = 0;
  for (const WindowSighting& one : found[0].sightings) {
    born += one.born && one.seen.pid >= 1600 ? 1 : 0;
    explains += one.seen.explains ? 1 : 0;
    of_1500 += one.seen.pid == 1500 ? 1 : 0;
  }
  EXPECT_EQ(born, 40U);
  EXPECT_EQ(explains, 1U);
  EXPECT_EQ(of_1500, 9U);
}

TEST(WitnessMatcher, ManyWindowsShareTheRoom) {
  const PidClock clock = clock_of({1000, 1003, 1006, 2006, 2009});
  WitnessMatcher matcher(clock, std::vector<WitnessWindow>(60, window(2, 3)));
  for (Pid pid = 1100; pid < 1200; ++pid) matcher.add(seen(133, pid));
  for (const auto& found : matcher.take())
    EXPECT_LE(found.sightings.size(), WitnessMatcher::kMostEach);
  WitnessMatcher many(clock, std::vector<WitnessWindow>(4000, window(2, 3)));
  for (Pid pid = 1100; pid < 1200; ++pid) many.add(seen(133, pid));
  for (const auto& found : many.take())
    EXPECT_LE(found.sightings.size(), WitnessMatcher::kLeastEach);
}

TEST(WitnessMatcher, DamageTakesItsLinesBack) {
  const PidClock clock = clock_of({1000, 1003, 1006, 1046, 1049});
  WitnessMatcher matcher(clock, {window(2, 3)});
  matcher.add(seen(130, 1010));
  matcher.add(seen(140, 1020));
  const std::vector<DamagedRange> damage = {{{130000, 131011}, "read error"}};
  matcher.drop(1, damage);
  matcher.drop(0, damage);
  const auto found = matcher.take();
  EXPECT_EQ(found[0].total, 1U);
  EXPECT_EQ(found[0].sightings.at(0).seen.pid, 1020U);
}

struct NarrowCase {
  const char* name;
  std::vector<Sighting> sightings;
  double expected;
  std::int64_t start;  ///< seconds; -1: none
  std::int64_t end;
};

TEST(Narrow, ByFreshPidsOnly) {
  constexpr WitnessAge kNew = WitnessAge::newborn;
  const PidClock clock = clock_of({1000, 1003, 1006, 1046, 1049});
  const NarrowCase cases[] = {
      {"a newborn process before the excess", {seen(150, 1008, kNew)}, 3, 150, -1},
      {"of any age it may be older than its line", {seen(150, 1008)}, 3, -1, -1},
      {"more than the window costs lies before it", {seen(150, 1012, kNew)}, 3, -1, -1},
      {"only the next job behind it", {seen(160, 1044)}, 3, -1, 160},
      {"the earliest", {seen(170, 1045), seen(160, 1044)}, 3, -1, 160},
      {"more than the next job behind it", {seen(160, 1043)}, 3, -1, -1},
      {"told of after the window", {seen(200, 1044)}, 3, -1, -1},
      {"both", {seen(130, 1008, kNew), seen(160, 1044)}, 3, 130, 160},
      {"against one another", {seen(170, 1008, kNew), seen(160, 1044)}, 3, -1, -1},
      {"not to be narrowed", {seen(160, 1044)}, -1, -1, -1},
  };
  for (const NarrowCase& c : cases) {
    SCOPED_TRACE(c.name);
    const WitnessWindow of = window(2, 3, c.expected);
    WitnessMatcher matcher(clock, {of});
    for (const Sighting& one : c.sightings) matcher.add(one);
    const auto found = matcher.take();
    const Narrowing narrowed = narrow(of, found[0].sightings);
    const auto as_time = [](std::int64_t seconds) {
      return seconds < 0 ? std::optional<Timestamp>() : at(seconds);
    };
    EXPECT_EQ(narrowed.start, as_time(c.start));
    EXPECT_EQ(narrowed.end, as_time(c.end));
  }
}

}  // namespace
}  // namespace pidometer
