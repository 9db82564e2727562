#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>

#include "base/posix_tz.h"
#include "base/time_zone.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kSeeds = 20000;
constexpr const char* kZoneinfo = "/usr/share/zoneinfo/";
constexpr std::chrono::hours kMostOffset{26};  // RFC 8536, 3.2: utoff lies within -25 h and 26 h

std::vector<std::byte> file_bytes(const std::string& name) {
  std::ifstream in(kZoneinfo + name, std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> it(in), end; it != end; ++it)
    bytes.push_back(static_cast<std::byte>(*it));
  return bytes;
}

/// Instants and wall clocks from end to end: none may make a zone overflow or disagree with itself.
void use(const TimeZone& zone) {
  for (const std::int64_t second :
       {std::int64_t{-2208988800}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1772323200},
        std::int64_t{4102444800}, std::int64_t{253370764800}}) {
    const std::chrono::sys_seconds instant{std::chrono::seconds(second)};
    const auto offset = zone.offset_at(instant);
    EXPECT_LE(offset, kMostOffset);
    EXPECT_GE(offset, -kMostOffset);
    const auto back = zone.to_utc(LocalTime(instant.time_since_epoch() + offset));
    EXPECT_LE(back.first, back.second);
    EXPECT_LE(std::chrono::abs(back.first - instant), 2 * kMostOffset);
  }
}

TEST(TimeZoneMutations, ChangedTzifIsReadOrRefused) {
  std::vector<std::vector<std::byte>> zones;
  for (const char* name : {"UTC", "Asia/Kolkata", "Africa/Casablanca", "America/St_Johns"})
    zones.push_back(file_bytes(name));
  for (const auto& bytes : zones)
    if (bytes.empty()) GTEST_SKIP() << "no zones in " << kZoneinfo;
  std::size_t read = 0;
  std::size_t refused = 0;
  for (std::uint32_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<std::byte> bytes = zones[seed % zones.size()];
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
      // The header decides most, so every other change hits it.
      constexpr std::size_t kHeader = 44;
      const std::size_t at =
          random() % (random() % 2 == 0 ? std::min(kHeader, bytes.size()) : bytes.size());
      const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      switch (random() % 4) {
        case 0:
          *place ^= static_cast<std::byte>(1U << random() % 8);
          break;
        case 1:
          *place = static_cast<std::byte>(random() % 2 == 0 ? 0xFF : 0x7F);
          break;
        case 2:
          bytes.erase(place, bytes.begin() + static_cast<std::ptrdiff_t>(
                                                 std::min(bytes.size(), at + 1 + random() % 40)));
          break;
        default:
          bytes.insert(place, 1 + random() % 8, static_cast<std::byte>(random() % 256));
          break;
      }
    }
    bytes.shrink_to_fit();
    const auto zone = TimeZone::from_tzif(bytes, "changed");
    if (!zone) {
      ++refused;
      EXPECT_FALSE(zone.error().message.empty());
      continue;
    }
    ++read;
    use(*zone);
  }
  EXPECT_GT(read, kSeeds / 20);
  EXPECT_GT(refused, kSeeds / 20);
}

TEST(TimeZoneMutations, ChangedRulesAreReadOrRefused) {
  constexpr std::string_view kRules[] = {
      "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "NST3:30NDT,J60,300/24",
      "EST5EDT,M3.2.0,M11.1.0", "IST-5:30"};
  constexpr std::string_view kSigns = "0123456789,./<>+-MJ:AZ";
  std::size_t read = 0;
  for (std::uint32_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    std::string rule(kRules[seed % std::size(kRules)]);
    for (std::size_t i = 0; i < 1 + seed % 3 && !rule.empty(); ++i) {
      const std::size_t at = random() % rule.size();
      if (random() % 2 == 0)
        rule[at] = kSigns[random() % kSigns.size()];
      else if (random() % 2 == 0)
        rule.erase(at, 1 + random() % 3);
      else
        rule.insert(at, 1 + random() % 2, kSigns[random() % kSigns.size()]);
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + rule);
    const auto parsed = parse_posix_tz(rule);
    if (!parsed) continue;
    ++read;
    // As the footer of a zone without transitions: 44 bytes of header twice, one type.
    std::string bytes;
    for (int version = 0; version < 2; ++version) {
      bytes += "TZif2" + std::string(15, '\0');
      for (const char count : {'\0', '\0', '\0', '\0', '\1', '\4'})
        bytes += std::string(3, '\0') + count;
      bytes += std::string(6, '\0') + std::string("LMT\0", 4);
    }
    bytes += "\n" + rule + "\n";
    const auto zone = TimeZone::from_tzif(std::as_bytes(std::span(bytes)), "made");
    ASSERT_TRUE(zone) << zone.error().reason;
    use(*zone);
  }
  EXPECT_GT(read, kSeeds / 20);
}

}  // namespace
}  // namespace pidometer
