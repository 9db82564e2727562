#include "plugin/witness/utmp_record.h"

#include <array>

namespace pidometer {
namespace {

constexpr UtmpLayout glibc32(std::string_view name, bool big_endian) {
  return {name, "glibc 2.1 bits/utmp.h, __WORDSIZE_TIME64_COMPAT32",
          384,  4,
          8,    32,
          40,   4,
          44,   32,
          76,   256,
          340,  4,
          344,  big_endian};
}
constexpr UtmpLayout glibc64(std::string_view name, bool big_endian) {
  return {name, "glibc 2.36 bits/utmp.h without compat32",
          400,  4,
          8,    32,
          40,   4,
          44,   32,
          76,   256,
          344,  8,
          352,  big_endian};
}
constexpr UtmpLayout libc5(std::string_view name, bool big_endian) {
  return {name, "libc 5.4 utmp.h", 56, 4, 8, 12, 20, 2, 28, 8, 36, 16, 24, 4, 0, big_endian};
}

constexpr auto kLayouts = std::to_array<UtmpLayout>({
    glibc32("glibc_32_bit_times", false),
    glibc64("glibc_64_bit_times", false),
    libc5("libc5", false),
    glibc32("glibc_32_bit_times_big_endian", true),
    glibc64("glibc_64_bit_times_big_endian", true),
    libc5("libc5_big_endian", true),
});

/// utmp(5), from 0.
constexpr std::array<std::string_view, 10> kTypes = {
    "EMPTY",        "RUN_LVL",       "BOOT_TIME",    "NEW_TIME",     "OLD_TIME",
    "INIT_PROCESS", "LOGIN_PROCESS", "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING"};
constexpr std::uint64_t kFirstWithPid = 5;
constexpr std::uint64_t kDead = 8;

/// No record is older than utmp in Linux, none younger than what 32 bits can say.
constexpr std::uint64_t kFirstSecond = 631152000;  // 1990-01-01
constexpr std::uint64_t kLastSecond = 4294967295;

std::uint64_t number(std::span<const std::byte> record, std::size_t at, std::size_t size,
                     bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value =
        value << 8U | std::to_integer<std::uint64_t>(record[at + (big_endian ? i : size - 1 - i)]);
  return value;
}

std::string_view text(std::span<const std::byte> record, std::size_t at, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(record.data()) + at, size);
  return all.substr(0, all.find('\0'));
}

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

struct Fields {
  std::uint64_t type = 0;
  std::uint64_t pid = 0;
  std::uint64_t seconds = 0;
  std::uint64_t microseconds = 0;
};

Fields fields_of(const UtmpLayout& layout, std::span<const std::byte> record) {
  Fields fields;
  fields.type = number(record, 0, 2, layout.big_endian);
  fields.pid = number(record, layout.pid, 4, layout.big_endian);
  fields.seconds = number(record, layout.seconds, layout.seconds_size, layout.big_endian);
  if (layout.microseconds != 0)
    fields.microseconds =
        number(record, layout.microseconds, layout.seconds_size, layout.big_endian);
  return fields;
}

bool is_blank(std::span<const std::byte> record) {
  for (const std::byte b : record)
    if (b != std::byte{0}) return false;
  return true;
}

const char* flaw(const UtmpLayout& layout, std::span<const std::byte> record,
                 const Fields& fields) {
  if (fields.type >= kTypes.size()) return "no type of a login record";
  if (fields.seconds < kFirstSecond || fields.seconds > kLastSecond) return "no time of a log-in";
  // The boot record's PID is 0, the run level's is two characters; both are small.
  if (fields.pid > kMaxPid) return "no PID";
  if (!is_printable(text(record, layout.line, layout.line_size))) return "no name of a terminal";
  return nullptr;
}

}  // namespace

std::span<const UtmpLayout> utmp_layouts() {
  return kLayouts;
}

const UtmpLayout* find_utmp_layout(std::span<const std::byte> head) {
  const UtmpLayout* best = nullptr;
  std::size_t best_bytes = 0;
  for (const UtmpLayout& layout : kLayouts) {
    std::size_t sound = 0;
    std::size_t judged = 0;
    for (std::size_t i = 0; i < kUtmpSample && (i + 1) * layout.size <= head.size(); ++i) {
      const auto record = head.subspan(i * layout.size, layout.size);
      if (is_blank(record)) continue;
      ++judged;
      if (flaw(layout, record, fields_of(layout, record)) == nullptr) ++sound;
    }
    // In a wrong layout most records are nonsense; bytes that make sense decide between two of
    // which one is the other's fragment.
    if (judged == 0 || sound * 2 <= judged) continue;
    const std::size_t bytes = sound * layout.size;
    if (bytes > best_bytes) {
      best = &layout;
      best_bytes = bytes;
    }
  }
  return best;
}

WitnessLine parse_utmp_record(const UtmpLayout& layout, std::span<const std::byte> record) {
  WitnessLine line;
  if (is_blank(record)) {
    line.reason = "an empty record";
    return line;
  }
  const Fields fields = fields_of(layout, record);
  line.reason = flaw(layout, record, fields);
  line.kind = line.reason != nullptr ? WitnessLine::Kind::unread : WitnessLine::Kind::line;
  if (line.reason != nullptr) return line;
  line.time.micros = static_cast<std::int64_t>(fields.seconds) * kMicrosPerSecond;
  if (fields.microseconds < static_cast<std::uint64_t>(kMicrosPerSecond))
    line.time.micros += static_cast<std::int64_t>(fields.microseconds);
  line.time.utc_offset_minutes = 0;
  if (fields.type >= kFirstWithPid) line.pid = static_cast<Pid>(fields.pid);
  if (fields.type == kDead) line.age = WitnessAge::ending;
  return line;
}

std::string describe_utmp_record(const UtmpLayout& layout, std::span<const std::byte> record) {
  const Fields fields = fields_of(layout, record);
  std::string words =
      fields.type < kTypes.size() ? std::string(kTypes[fields.type]) : std::string("UNKNOWN");
  const auto add = [&](const char* name, std::size_t at, std::size_t size) {
    const std::string_view value = text(record, at, size);
    if (value.empty()) return;
    words.append(" ").append(name).append(value);
  };
  add("", layout.line, layout.line_size);
  add("id ", layout.id, layout.id_size);
  add("user ", layout.user, layout.user_size);
  add("host ", layout.host, layout.host_size);
  return words;
}

}  // namespace pidometer
