#include "base/time_zone.h"

#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace pidometer {
namespace {

using std::chrono::local_days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr const char* kZoneinfo = "/usr/share/zoneinfo/";

std::vector<std::byte> file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> it(in), end; it != end; ++it)
    bytes.push_back(static_cast<std::byte>(*it));
  return bytes;
}

TimeZone zone(const std::string& name) {
  auto result = TimeZone::from_tzif(file_bytes(kZoneinfo + name), name);
  EXPECT_TRUE(result) << name << ": " << (result ? "" : result.error().reason);
  return result ? *result : TimeZone();
}

bool have_zoneinfo() {
  return std::filesystem::exists(std::string(kZoneinfo) + "Europe/Berlin");
}

TEST(TimeZone, LocalTimesMapToInstants) {
  if (!have_zoneinfo()) GTEST_SKIP() << "no /usr/share/zoneinfo on this machine";
  using namespace std::chrono;
  using Kind = TimeZone::Kind;
  struct Case {
    const char* zone;
    LocalTime local;
    Kind kind;
    sys_seconds first, second;
  };
  const auto at = [](auto date, auto time) { return sys_seconds(sys_days(date) + time); };
  const auto wall = [](auto date, auto time) { return LocalTime(local_days(date) + time); };
  const auto autumn = 2026y / 10 / 25;
  const auto spring = 2026y / 3 / 29;
  const Case cases[] = {
      {"Europe/Berlin", wall(autumn, 1h + 59min + 59s), Kind::unique,
       at(2026y / 10 / 24, 23h + 59min + 59s), at(2026y / 10 / 24, 23h + 59min + 59s)},
      {"Europe/Berlin", wall(autumn, 2h), Kind::ambiguous, at(autumn, 0h), at(autumn, 1h)},
      {"Europe/Berlin", wall(autumn, 2h + 59min + 59s), Kind::ambiguous, at(autumn, 59min + 59s),
       at(autumn, 1h + 59min + 59s)},
      {"Europe/Berlin", wall(autumn, 3h), Kind::unique, at(autumn, 2h), at(autumn, 2h)},
      {"Europe/Berlin", wall(spring, 2h), Kind::skipped, at(spring, 1h), at(spring, 1h)},
      {"Europe/Berlin", wall(spring, 2h + 30min), Kind::skipped, at(spring, 1h), at(spring, 1h)},
      {"Europe/Berlin", wall(spring, 3h), Kind::unique, at(spring, 1h), at(spring, 1h)},
      {"Europe/Berlin", wall(2090y / 7 / 1, 12h), Kind::unique, at(2090y / 7 / 1, 10h),
       at(2090y / 7 / 1, 10h)},
      {"America/Chicago", wall(2000y / 11 / 8, 8h + 50min), Kind::unique,
       at(2000y / 11 / 8, 14h + 50min), at(2000y / 11 / 8, 14h + 50min)},
      {"America/Chicago", wall(2000y / 10 / 29, 1h + 30min), Kind::ambiguous,
       at(2000y / 10 / 29, 6h + 30min), at(2000y / 10 / 29, 7h + 30min)},
      {"Australia/Lord_Howe", wall(2026y / 4 / 5, 1h + 45min), Kind::ambiguous,
       at(2026y / 4 / 4, 14h + 45min), at(2026y / 4 / 4, 15h + 15min)},
      {"Australia/Lord_Howe", wall(2026y / 10 / 4, 2h + 15min), Kind::skipped,
       at(2026y / 10 / 3, 15h + 30min), at(2026y / 10 / 3, 15h + 30min)},
      {"Asia/Kathmandu", wall(2026y / 1 / 1, 5h + 45min), Kind::unique, at(2026y / 1 / 1, 0h),
       at(2026y / 1 / 1, 0h)},
      {"Pacific/Auckland", wall(2026y / 4 / 5, 2h + 30min), Kind::ambiguous,
       at(2026y / 4 / 4, 13h + 30min), at(2026y / 4 / 4, 14h + 30min)},
      {"America/Santiago", wall(2025y / 9 / 7, 0h + 30min), Kind::skipped, at(2025y / 9 / 7, 4h),
       at(2025y / 9 / 7, 4h)},
      // a whole day that never was: Samoa crossed the date line
      {"Pacific/Apia", wall(2011y / 12 / 30, 12h), Kind::skipped, at(2011y / 12 / 30, 10h),
       at(2011y / 12 / 30, 10h)},
  };
  for (const Case& c : cases) {
    const auto got = zone(c.zone).to_utc(c.local);
    EXPECT_EQ(got.kind, c.kind) << c.zone << " " << c.local.time_since_epoch().count();
    EXPECT_EQ(got.first, c.first) << c.zone << " " << c.local.time_since_epoch().count();
    EXPECT_EQ(got.second, c.second) << c.zone << " " << c.local.time_since_epoch().count();
  }
}

/// Every zone of the system, against the C library's own reading of the same files; and to_utc is
/// the inverse of offset_at.
TEST(TimeZone, AgreesWithTheCLibrary) {
  if (!have_zoneinfo()) GTEST_SKIP() << "no /usr/share/zoneinfo on this machine";
  const char* const old = std::getenv("TZ");
  const std::string saved = old != nullptr ? old : "";
  std::size_t zones = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kZoneinfo)) {
    if (!file.is_regular_file()) continue;
    const std::string path = file.path().string();
    const auto bytes = file_bytes(file.path());
    if (bytes.size() < 4 || bytes[0] != std::byte{'T'} || bytes[1] != std::byte{'Z'}) continue;
    if (path.find("/right/") != std::string::npos) continue;  // another count of seconds
    const auto parsed = TimeZone::from_tzif(bytes, path);
    ASSERT_TRUE(parsed) << path << ": " << parsed.error().reason;
    ++zones;
    setenv("TZ", (":" + path).c_str(), 1);
    tzset();
    // 1900 to 2150; the step shares no factor with an hour or a day
    for (std::int64_t t = -2208988800; t < 5680281600; t += 9876543) {
      const time_t when = t;
      struct tm broken = {};
      localtime_r(&when, &broken);
      const seconds offset = parsed->offset_at(sys_seconds(seconds(t)));
      ASSERT_EQ(offset.count(), broken.tm_gmtoff) << path << " at " << t;
      const auto back = parsed->to_utc(LocalTime(seconds(t) + offset));
      ASSERT_NE(back.kind, TimeZone::Kind::skipped) << path << " at " << t;
      ASSERT_TRUE(back.first.time_since_epoch().count() == t ||
                  back.second.time_since_epoch().count() == t)
          << path << " at " << t;
    }
  }
  if (old != nullptr)
    setenv("TZ", saved.c_str(), 1);
  else
    unsetenv("TZ");
  tzset();
  EXPECT_GT(zones, 100U);
}

TEST(TimeZone, LeapSecondFilesAgreeWithPlainOnes) {
  const std::string right = std::string(kZoneinfo) + "right/Europe/Berlin";
  if (!std::filesystem::exists(right)) GTEST_SKIP() << "no right/ zones on this machine";
  const TimeZone plain = zone("Europe/Berlin");
  const TimeZone leaping = zone("right/Europe/Berlin");
  // These files end where the list of leap seconds does (2026), with no rule for later.
  for (std::int64_t t = 1000000000; t < 1770000000; t += 54321)
    ASSERT_EQ(plain.offset_at(sys_seconds(seconds(t))), leaping.offset_at(sys_seconds(seconds(t))))
        << t;
}

void append(std::vector<std::byte>& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}

void append_number(std::vector<std::byte>& out, std::int64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(
        static_cast<std::byte>(static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)));
}

/// A block with one transition from +0 to `after`.
void append_block(std::vector<std::byte>& out, char version, int time_size, std::int64_t at,
                  std::int64_t after) {
  append(out, "TZif");
  out.push_back(static_cast<std::byte>(version));
  append(out, std::string(15, '\0'));
  for (const int count : {0, 0, 0, 1, 2, 8}) append_number(out, count, 4);
  append_number(out, at, time_size);
  append_number(out, 1, 1);
  append_number(out, 0, 4);
  append(out, std::string_view("\0\0", 2));
  append_number(out, after, 4);
  append(out, std::string_view("\0\4", 2));
  append(out, std::string_view("AAA\0BBB\0", 8));
}

TEST(TimeZone, EveryVersionIsRead) {
  for (const char version : {'\0', '2', '3', '4'}) {
    std::vector<std::byte> bytes;
    append_block(bytes, version, 4, 1000, 3600);
    if (version != '\0') {
      append_block(bytes, version, 8, 1000, 3600);
      append(bytes, "\nBBB-1\n");
    }
    const auto parsed = TimeZone::from_tzif(bytes, "made");
    ASSERT_TRUE(parsed) << version << parsed.error().reason;
    EXPECT_EQ(parsed->offset_at(sys_seconds(999s)), 0s);
    EXPECT_EQ(parsed->offset_at(sys_seconds(1000s)), 3600s);
  }
}

TEST(TimeZone, TruncatedBytesAreAnErrorAtEveryLength) {
  std::vector<std::byte> bytes;
  append_block(bytes, '2', 4, 1000, 3600);
  append_block(bytes, '2', 8, 1000, 3600);
  append(bytes, "\nBBB-1\n");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = TimeZone::from_tzif(std::span(bytes).first(size), "cut");
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().kind, ErrorKind::unreadable);
    EXPECT_FALSE(parsed.error().reason.empty());
  }
}

TEST(TimeZone, HostileBytesNeverCrash) {
  std::vector<std::byte> good;
  append_block(good, '2', 4, 1000, 3600);
  append_block(good, '2', 8, 1000, 3600);
  append(good, "\nAAA0BBB,M3.2.0,M11.1.0\n");
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::vector<std::byte> bytes = good;
      bytes[i] = static_cast<std::byte>(value);
      const auto parsed = TimeZone::from_tzif(bytes, "hostile");
      ++tried;
      if (!parsed) {
        ++refused;
        continue;
      }
      for (const std::int64_t t : {-9'000'000'000'000LL, -1LL, 1000LL, 9'000'000'000'000LL}) {
        parsed->offset_at(sys_seconds(seconds(t)));
        parsed->to_utc(LocalTime(seconds(t)));
      }
    }
  }
  EXPECT_GT(refused, tried / 5);
}

TEST(TimeZone, FixedAndUtc) {
  EXPECT_EQ(TimeZone().name(), "UTC");
  EXPECT_EQ(TimeZone().offset_at(sys_seconds(0s)), 0s);
  const TimeZone east = TimeZone::fixed(std::chrono::minutes(330), "+05:30");
  const auto got = east.to_utc(LocalTime(seconds(330 * 60)));
  EXPECT_EQ(got.kind, TimeZone::Kind::unique);
  EXPECT_EQ(got.first, sys_seconds(0s));
}

}  // namespace
}  // namespace pidometer
