#include "base/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace pidometer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kHeaderBytes = 44;
/// RFC 8536, 3.2: an offset lies between -25 and 26 hours; no zone on earth leaves that.
constexpr std::int32_t kMinOffset = -25 * 3600 + 1;
constexpr std::int32_t kMaxOffset = 26 * 3600 - 1;
/// zic writes -2^59 for the Big Bang; what lies beyond is no time, and arithmetic stays in range.
constexpr std::int64_t kMaxAbsTime = std::int64_t{1} << 60;
/// Transitions of 1900 to 2037 in the fattest file are some 250; 2000 is plenty.
constexpr std::uint32_t kMaxTransitions = 2000;
/// One byte indexes the types.
constexpr std::uint32_t kMaxTypes = 256;
constexpr std::uint32_t kMaxCounts =
    10000;  // leap seconds, name bytes, indicators: for the size sum
constexpr std::size_t kMaxFooter = 256;
/// Offsets reach 26 hours either way, so jumps further off cannot matter to a local time.
constexpr seconds kReach{27 * 3600};

tl::unexpected<Error> bad(const std::string& name, std::string reason) {
  return fail(ErrorKind::unreadable, "zone file " + name + " cannot be used", std::move(reason),
              "give the zone with --timezone");
}

std::int64_t big_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = (bytes[0] & std::byte{0x80}) != std::byte{0} ? ~std::uint64_t{0} : 0;
  for (const std::byte b : bytes) value = (value << 8U) | std::to_integer<std::uint64_t>(b);
  return static_cast<std::int64_t>(value);
}

struct Header {
  char version = 0;
  std::uint32_t isutcnt = 0, isstdcnt = 0, leapcnt = 0, timecnt = 0, typecnt = 0, charcnt = 0;

  std::size_t body_bytes(std::size_t time_size) const {
    return std::size_t{timecnt} * (time_size + 1) + std::size_t{typecnt} * 6 + charcnt +
           std::size_t{leapcnt} * (time_size + 4) + isstdcnt + isutcnt;
  }
};

std::optional<Header> read_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  const char* const magic = "TZif";
  for (std::size_t i = 0; i < 4; ++i)
    if (std::to_integer<char>(bytes[i]) != magic[i]) return std::nullopt;
  const auto count = [&](std::size_t i) {
    return static_cast<std::uint32_t>(big_endian(bytes.subspan(20 + 4 * i, 4)) & 0xFFFFFFFF);
  };
  Header h;
  h.version = std::to_integer<char>(bytes[4]);
  h.isutcnt = count(0);
  h.isstdcnt = count(1);
  h.leapcnt = count(2);
  h.timecnt = count(3);
  h.typecnt = count(4);
  h.charcnt = count(5);
  const bool sane = h.timecnt <= kMaxTransitions && h.typecnt >= 1 && h.typecnt <= kMaxTypes &&
                    h.charcnt <= kMaxCounts && h.leapcnt <= kMaxCounts && h.isstdcnt <= kMaxTypes &&
                    h.isutcnt <= kMaxTypes;
  return sane ? std::optional(h) : std::nullopt;
}

}  // namespace

TimeZone::TimeZone() : name_("UTC") {}

TimeZone TimeZone::fixed(std::chrono::minutes offset, std::string name) {
  TimeZone zone;
  zone.name_ = std::move(name);
  zone.first_offset_ = offset;
  return zone;
}

Result<TimeZone> TimeZone::from_tzif(std::span<const std::byte> bytes, std::string name) {
  auto header = read_header(bytes);
  if (!header) return bad(name, "not a TZif file, or its header is cut short or out of bounds");
  std::size_t time_size = 4;
  std::size_t begin = kHeaderBytes;
  if (header->version >= '2') {
    // Version 2 and later: the 32-bit block comes first and is passed over.
    begin += header->body_bytes(4);
    if (begin > bytes.size()) return bad(name, "it ends within its first data block");
    header = read_header(bytes.subspan(begin));
    if (!header) return bad(name, "its second header is missing or out of bounds");
    begin += kHeaderBytes;
    time_size = 8;
  }
  if (header->body_bytes(time_size) > bytes.size() - begin)
    return bad(name, "it ends within its data block");

  const auto times = bytes.subspan(begin, header->timecnt * time_size);
  const auto indices = bytes.subspan(begin + times.size(), header->timecnt);
  const auto types = bytes.subspan(begin + times.size() + indices.size(), header->typecnt * 6U);
  const auto leaps =
      bytes.subspan(begin + times.size() + indices.size() + types.size() + header->charcnt,
                    header->leapcnt * (time_size + 4));

  const auto offset_of = [&](std::size_t type) { return big_endian(types.subspan(type * 6, 4)); };
  for (std::size_t type = 0; type < header->typecnt; ++type)
    if (offset_of(type) < kMinOffset || offset_of(type) > kMaxOffset)
      return bad(name, "an offset from UTC is out of range");

  // A `right/` file counts leap seconds; logs and this program do not.
  const auto leap_seconds_at = [&](std::int64_t time) {
    std::int64_t correction = 0;
    for (std::size_t i = 0; i < header->leapcnt; ++i) {
      const auto leap = leaps.subspan(i * (time_size + 4), time_size + 4);
      if (big_endian(leap.first(time_size)) > time) break;
      correction = big_endian(leap.subspan(time_size));
    }
    return correction;
  };

  TimeZone zone;
  zone.name_ = std::move(name);
  zone.tzif_.assign(bytes.begin(), bytes.end());
  zone.first_offset_ = seconds(offset_of(0));
  zone.transitions_.reserve(header->timecnt);
  for (std::size_t i = 0; i < header->timecnt; ++i) {
    const std::int64_t time = big_endian(times.subspan(i * time_size, time_size));
    const auto type = std::to_integer<std::size_t>(indices[i]);
    if (time < -kMaxAbsTime || time > kMaxAbsTime || type >= header->typecnt)
      return bad(zone.name_, "a transition is out of range");
    const sys_seconds at{seconds(time - leap_seconds_at(time))};
    if (!zone.transitions_.empty() && at <= zone.transitions_.back().at)
      return bad(zone.name_, "its transitions are not in order");
    zone.transitions_.push_back({at, seconds(offset_of(type))});
  }

  if (time_size == 8) {
    const auto tail = bytes.subspan(begin + header->body_bytes(time_size));
    const auto newline = std::byte{'\n'};
    if (tail.empty() || tail[0] != newline) return bad(zone.name_, "its footer is missing");
    const auto window = tail.subspan(1, std::min(tail.size() - 1, kMaxFooter));
    const auto end = std::find(window.begin(), window.end(), newline);
    if (end == window.end()) return bad(zone.name_, "its footer is cut short");
    std::string text;
    for (auto at = window.begin(); at != end; ++at) text.push_back(std::to_integer<char>(*at));
    if (!text.empty()) {
      zone.footer_ = parse_posix_tz(text);
      if (!zone.footer_) return bad(zone.name_, "its footer is not a POSIX TZ rule");
    }
  }
  return zone;
}

seconds TimeZone::offset_at(sys_seconds instant) const {
  if (footer_ && (transitions_.empty() || instant >= transitions_.back().at))
    return footer_->offset_at(instant);
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), instant,
                                      [](sys_seconds t, const Transition& x) { return t < x.at; });
  return after == transitions_.begin() ? first_offset_ : std::prev(after)->offset;
}

std::int16_t TimeZone::offset_minutes_at(Timestamp instant) const {
  const auto second = std::chrono::floor<seconds>(instant);
  return static_cast<std::int16_t>(
      std::chrono::duration_cast<std::chrono::minutes>(offset_at(second)).count());
}

TimeZone::Instants TimeZone::to_utc(LocalTime local) const {
  // Read the wall clock as if it were UTC: every offset that can apply is in force within kReach.
  const sys_seconds naive{local.time_since_epoch()};
  const sys_seconds low = naive - kReach;
  const sys_seconds high = naive + kReach;

  std::array<sys_seconds, 2> found;
  std::size_t count = 0;
  sys_seconds jump_at = naive - offset_at(naive);
  const auto try_offset = [&](seconds offset) {
    const sys_seconds instant = naive - offset;
    if (offset_at(instant) != offset) return;
    for (std::size_t i = 0; i < count; ++i)
      if (found[i] == instant) return;
    if (count < found.size()) found[count++] = instant;
  };
  const auto see_jump = [&](sys_seconds at, seconds before, seconds after) {
    if (at < low || at > high) return;
    try_offset(after);
    if (at + before <= naive && naive < at + after) jump_at = at;
  };

  try_offset(offset_at(low));
  const auto first = std::lower_bound(transitions_.begin(), transitions_.end(), low,
                                      [](const Transition& x, sys_seconds t) { return x.at < t; });
  for (auto it = first; it != transitions_.end() && it->at <= high; ++it)
    // at the last of them the footer takes over, which may say otherwise than the table
    see_jump(it->at, it == transitions_.begin() ? first_offset_ : std::prev(it)->offset,
             offset_at(it->at));
  if (footer_ && (transitions_.empty() || high >= transitions_.back().at)) {
    std::array<PosixTz::Jump, PosixTz::kJumps> jumps;
    const std::size_t jump_count = footer_->jumps_around(naive, jumps);
    for (std::size_t i = 0; i < jump_count; ++i)
      if (transitions_.empty() || jumps[i].at > transitions_.back().at)
        see_jump(jumps[i].at, jumps[i].before, jumps[i].after);
  }

  if (count == 0) return {Kind::skipped, jump_at, jump_at};
  if (count == 1) return {Kind::unique, found[0], found[0]};
  return {Kind::ambiguous, std::min(found[0], found[1]), std::max(found[0], found[1])};
}

}  // namespace pidometer
