#include "base/journal_entry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace pidometer {
namespace {

constexpr std::size_t kIdDigits = 32;  // a 128-bit ID
constexpr std::size_t kMostName = 255;
constexpr std::uint64_t kMicros = 1'000'000;
/// 10000-01-01: years of four digits.
constexpr std::uint64_t kEndOfTime = 253'402'300'800ULL * kMicros;

constexpr std::array<std::string_view, 12> kKept = {"MESSAGE",
                                                    "_PID",
                                                    "SYSLOG_PID",
                                                    "SYSLOG_IDENTIFIER",
                                                    "_COMM",
                                                    "_HOSTNAME",
                                                    "_BOOT_ID",
                                                    "PRIORITY",
                                                    "_SOURCE_REALTIME_TIMESTAMP",
                                                    "__REALTIME_TIMESTAMP",
                                                    "__CURSOR",
                                                    "SYSLOG_FACILITY"};

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hex_id(std::string_view text) {
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `/USR/SBIN/CRON` is cron.
bool is_same_program(std::string_view identifier, std::string_view comm) {
  identifier.remove_prefix(identifier.rfind('/') + 1);
  return !comm.empty() && std::equal(identifier.begin(), identifier.end(), comm.begin(), comm.end(),
                                     [](char a, char b) { return lower(a) == lower(b); });
}

void take_cursor(JournalEntry& entry, std::string_view cursor) {
  while (!cursor.empty()) {
    const std::size_t end = std::min(cursor.find(';'), cursor.size());
    const std::string_view part = cursor.substr(0, end);
    cursor.remove_prefix(std::min(end + 1, cursor.size()));
    if (part.size() < 3 || part[1] != '=') continue;
    const std::string_view value = part.substr(2);
    if (part[0] == 's' && is_hex_id(value)) entry.seqnum_id = value;
    if (part[0] == 'i' && !entry.seqnum) entry.seqnum = number(value, 16);
    if (part[0] == 'b' && is_hex_id(value) && entry.boot_id.empty()) entry.boot_id = value;
  }
}

template <std::size_t kDigits>
void append_digits(std::string& out, std::uint64_t value) {
  std::array<char, kDigits> digits;
  for (std::size_t i = kDigits; i-- > 0; value /= 10)
    digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits.data(), kDigits);
}

void append_time(std::string& out, std::uint64_t micros) {
  const std::chrono::sys_seconds seconds(
      std::chrono::seconds(static_cast<std::int64_t>(micros / kMicros)));
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  append_digits<4>(out, static_cast<std::uint64_t>(int{date.year()}));
  out += '-';
  append_digits<2>(out, unsigned{date.month()});
  out += '-';
  append_digits<2>(out, unsigned{date.day()});
  out += 'T';
  append_digits<2>(out, static_cast<std::uint64_t>(clock.hours().count()));
  out += ':';
  append_digits<2>(out, static_cast<std::uint64_t>(clock.minutes().count()));
  out += ':';
  append_digits<2>(out, static_cast<std::uint64_t>(clock.seconds().count()));
  out += '.';
  append_digits<6>(out, micros % kMicros);
  out += 'Z';
}

/// A header's field: printable ASCII without blanks (RFC 5424, 6). `-` where there is none.
void append_name(std::string& out, std::string_view name) {
  if (name.empty()) name = "-";
  for (const char c : name.substr(0, kMostName)) out += c > ' ' && c <= '~' ? c : '_';
}

void append_text(std::string& out, std::string_view text) {
  text = text.substr(0, kMostJournalMessage);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  append_as_rsyslog(out, text);
}

}  // namespace

void append_as_rsyslog(std::string& out, std::string_view text) {
  for (const char c : text.substr(0, kMostJournalMessage)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != 0x7f) {
      out += c;
      continue;
    }
    out += '#';
    for (const unsigned shift : {6U, 3U, 0U}) out += static_cast<char>('0' + (byte >> shift & 7U));
  }
}

bool is_journal_field_kept(std::string_view name) {
  return std::find(kKept.begin(), kKept.end(), name) != kKept.end();
}

void journal_field(JournalEntry& entry, std::string_view name, std::string_view value) {
  const auto set_number = [&](std::optional<std::uint64_t>& member) {
    if (!member) member = number(value);
  };
  const auto set_text = [&](std::string& member) {
    if (member.empty()) member = value.substr(0, kMostName);
  };
  if (name == "MESSAGE") {
    if (!entry.message) entry.message = value.substr(0, kMostJournalMessage);
  } else if (name == "_PID") {
    set_number(entry.pid);
  } else if (name == "SYSLOG_PID") {
    set_number(entry.syslog_pid);
  } else if (name == "SYSLOG_IDENTIFIER") {
    set_text(entry.identifier);
  } else if (name == "_COMM") {
    set_text(entry.comm);
  } else if (name == "_HOSTNAME") {
    set_text(entry.hostname);
  } else if (name == "_BOOT_ID") {
    // The entry's own word; the cursor says the same.
    if (is_hex_id(value)) entry.boot_id = value;
  } else if (name == "PRIORITY") {
    set_number(entry.priority);
  } else if (name == "SYSLOG_FACILITY") {
    set_number(entry.facility);
  } else if (name == "_SOURCE_REALTIME_TIMESTAMP") {
    set_number(entry.sent);
  } else if (name == "__REALTIME_TIMESTAMP") {
    set_number(entry.received);
  } else if (name == "__CURSOR") {
    take_cursor(entry, value);
  }
}

std::optional<Pid> journal_pid(const JournalEntry& entry) {
  const auto usable = [](std::optional<std::uint64_t> pid) {
    return pid && *pid > 0 && *pid <= kMaxPid;
  };
  std::optional<std::uint64_t> chosen = entry.syslog_pid;
  if (!usable(chosen) || (usable(entry.pid) && is_same_program(entry.identifier, entry.comm)))
    chosen = entry.pid;
  if (!usable(chosen)) return std::nullopt;
  return static_cast<Pid>(*chosen);
}

std::string journal_line(const JournalEntry& entry) {
  const std::optional<std::uint64_t> time = entry.sent ? entry.sent : entry.received;
  if (!time || *time >= kEndOfTime) return {};
  // What journald itself assumes: a user's message, for information (sd-daemon(3), syslog(3)).
  constexpr std::uint64_t kUser = 1;
  constexpr std::uint64_t kInformation = 6;
  constexpr std::uint64_t kLastFacility = 23;  // RFC 5424, 6.2.1
  const std::uint64_t facility = std::min(entry.facility.value_or(kUser), kLastFacility);
  const std::uint64_t priority = std::min<std::uint64_t>(entry.priority.value_or(kInformation), 7);
  const std::optional<Pid> pid = journal_pid(entry);
  std::string line = "<" + std::to_string(facility * 8 + priority) + ">1 ";
  append_time(line, *time);
  line += ' ';
  append_name(line, entry.hostname);
  line += ' ';
  append_name(line, entry.identifier.empty() ? entry.comm : entry.identifier);
  line += ' ';
  line += pid ? std::to_string(*pid) : "-";
  line += " - [journal at=\"" + std::to_string(entry.offset) + '"';
  if (entry.seqnum || !entry.boot_id.empty()) {
    line += " cursor=\"";
    if (!entry.seqnum_id.empty()) line += "s=" + entry.seqnum_id + ';';
    if (entry.seqnum) {
      std::array<char, 16> digits;
      const auto end =
          std::to_chars(digits.data(), digits.data() + digits.size(), *entry.seqnum, 16).ptr;
      line += "i=";
      line.append(digits.data(), end);
      if (!entry.boot_id.empty()) line += ';';
    }
    if (!entry.boot_id.empty()) line += "b=" + entry.boot_id;
    line += '"';
  }
  if (pid && entry.pid && *entry.pid != *pid)
    line += " sender=\"" + std::to_string(*entry.pid) + '"';
  line += "] ";
  append_text(line, entry.message.value_or(""));
  return line;
}

}  // namespace pidometer
