// Lines of cron logs, in every framing and dialect. Input: text, cut at line feeds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/line_parser.h"

using namespace pidometer;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 18;

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// A record's views lie in the line and its PID is one; anything else says why.
void check(std::string_view line) {
  // A copy of exactly its size, so that a sanitizer sees a byte read too far.
  const std::vector<char> bytes(line.begin(), line.end());
  const std::string_view copy(bytes.data(), bytes.size());
  const ParsedLine parsed = parse_line(copy);
  require(parsed.column <= copy.size());
  require(lies_within(parsed.next_command, copy));
  if (parsed.kind != ParsedLine::Kind::record) {
    require(parsed.reason != nullptr);
    return;
  }
  const CronRecord& record = parsed.record;
  require(record.pid <= kMaxPid);
  require(record.pid > 0 || record.event == CronEvent::repeated);
  require(record.pid > 0 || record.pid_role == PidRole::none);
  require(record.time.month >= 1 && record.time.month <= 12 && record.time.day >= 1 &&
          record.time.day <= 31 && record.time.hour <= 23 && record.time.minute <= 59 &&
          record.time.second <= 60 && record.time.year >= 0 && record.time.year <= 9999);
  for (const std::string_view part :
       {record.hostname, record.reporter, record.username, record.command, record.folder})
    require(lies_within(part, copy));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMostBytes) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  LabelTable labels;
  SourceTable sources;
  LineParser parser(labels, sources);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    check(line);
    // The memory of the parser never changes the answer.
    const ParsedEntry fast = parser.parse(line);
    const ParsedEntry slow = parser.parse_slowly(line);
    require(fast.kind == slow.kind && fast.pid == slow.pid && fast.label == slow.label &&
            fast.source == slow.source && fast.event == slow.event &&
            fast.pid_role == slow.pid_role && fast.time.micros == slow.time.micros &&
            fast.time.utc_offset_minutes == slow.time.utc_offset_minutes);
  }
  return 0;
}
