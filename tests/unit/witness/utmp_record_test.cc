#include "plugin/witness/utmp_record.h"

#include <gtest/gtest.h>

#include "tests/unit/witness/login_records.h"

namespace pidometer {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

constexpr std::int64_t kTime = 973695592;  // 2000-11-08 14:59:52 UTC

TEST(FindUtmpLayout, EachIsToldFromTheOthers) {
  for (const UtmpLayout& layout : utmp_layouts()) {
    SCOPED_TRACE(layout.name);
    std::string file = test::login_record(layout, 2, 0, "~", "reboot", "", kTime - 900);
    file += test::login_record(layout, 7, 2387, "pts/0", "root", "192.0.2.7", kTime - 60, 598192);
    file += test::login_record(layout, 8, 2387, "pts/0", "", "", kTime, 598192);
    const UtmpLayout* found = find_utmp_layout(bytes_of(file));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, layout.name);
    const std::string last = file.substr(2 * layout.size);
    const WitnessLine line = parse_utmp_record(layout, bytes_of(last));
    EXPECT_EQ(line.kind, WitnessLine::Kind::line);
    EXPECT_EQ(line.pid, 2387U);
    EXPECT_EQ(line.age, WitnessAge::ending);
    EXPECT_EQ(line.time.micros, kTime * kMicrosPerSecond + (layout.microseconds != 0 ? 598192 : 0));
    EXPECT_EQ(line.time.utc_offset_minutes, 0);
    EXPECT_EQ(describe_utmp_record(layout, bytes_of(file.substr(layout.size, layout.size))),
              "USER_PROCESS pts/0 user root host 192.0.2.7");
  }
}

TEST(FindUtmpLayout, NonsenseHasNone) {
  EXPECT_EQ(find_utmp_layout({}), nullptr);
  EXPECT_EQ(find_utmp_layout(bytes_of(std::string(3840, '\0'))), nullptr);
  EXPECT_EQ(find_utmp_layout(bytes_of(std::string(3840, 'x'))), nullptr);
  EXPECT_EQ(find_utmp_layout(bytes_of(std::string(55, '\7'))), nullptr);
}

TEST(ParseUtmpRecord, BootAndRunLevelHaveNoPid) {
  const UtmpLayout& layout = utmp_layouts().front();
  // The field holds the run levels '5' and 'N': 20019 is no process.
  for (const unsigned type : {1U, 2U, 3U, 4U}) {
    const WitnessLine line = parse_utmp_record(
        layout, bytes_of(test::login_record(layout, type, 20019, "~", "", "", kTime)));
    EXPECT_EQ(line.kind, WitnessLine::Kind::line);
    EXPECT_EQ(line.pid, 0U);
  }
}

TEST(ParseUtmpRecord, WhatMakesNoSenseIsSaid) {
  const UtmpLayout& layout = utmp_layouts().front();
  const auto reason = [&](const std::string& record) {
    const WitnessLine line = parse_utmp_record(layout, bytes_of(record));
    EXPECT_NE(line.kind, WitnessLine::Kind::line);
    return std::string(line.reason);
  };
  EXPECT_EQ(reason(std::string(layout.size, '\0')), "an empty record");
  EXPECT_EQ(reason(test::login_record(layout, 77, 5, "pts/0", "", "", kTime)),
            "no type of a login record");
  EXPECT_EQ(reason(test::login_record(layout, 7, 5, "pts/0", "", "", 12)), "no time of a log-in");
  EXPECT_EQ(reason(test::login_record(layout, 7, 5000000, "pts/0", "", "", kTime)), "no PID");
  EXPECT_EQ(reason(test::login_record(layout, 7, 5, "pt\1", "", "", kTime)),
            "no name of a terminal");
}

}  // namespace
}  // namespace pidometer
