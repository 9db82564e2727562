#include "plugin/cron_log/written_lines.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_text.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 20;
/// PIDs have at most seven digits: 4194304.
constexpr std::size_t kMostDigits = 7;
/// Lines of other programs that may have been cron's, and of one PID: more are made up.
constexpr std::size_t kMostStrange = 1000;
constexpr std::size_t kMostOfAPid = 64;
/// Shorter than that a command is in every line.
constexpr std::size_t kLeastCommand = 3;
constexpr std::size_t kMostCommand = 256;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether `part` stands in the text, but for `most` bytes.
bool stands_in(std::string_view text, std::string_view part, std::size_t most) {
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < part.size() && wrong <= most; ++i)
      wrong += text[at + i] != part[i] ? 1 : 0;
    if (wrong <= most) return true;
  }
  return false;
}

/// The PIDs of the line, in the brackets of syslog's tags and of cron's own log.
template <typename Take>
void each_pid(std::string_view text, const Take& take) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    Pid number = 0;
    const bool is_tag =
        at > 0 && end < text.size() &&
        ((text[at - 1] == '[' && text[end] == ']') || (text[at - 1] == '-' && text[end] == ')'));
    if (is_tag && end - at <= kMostDigits) {
      std::from_chars(text.data() + at, text.data() + end, number);
      take(number);
    }
    at = end;
  }
}

}  // namespace

WrittenLines::WrittenLines(const LogFile& file, std::uint64_t first, std::uint64_t last) {
  if (last - first > kMostBytes) return;
  const auto stream = open_log_text(file);
  if (!stream || !(*stream)->skip(first)) return;
  LineReader reader(**stream);
  LogLine line;
  while (reader.next(line) && first + line.offset < last)
    if (!line.too_long) take(std::string(line.text));
  reader.stop();
}

void WrittenLines::take(std::string text) {
  const auto number = static_cast<std::uint32_t>(lines_.size());
  each_pid(text, [&](Pid pid) {
    std::vector<std::uint32_t>& lines = by_pid_[pid];
    if (lines.size() < kMostOfAPid && (lines.empty() || lines.back() != number))
      lines.push_back(number);
  });
  if (strange_.size() < kMostStrange && parse_line(text).kind != ParsedLine::Kind::record)
    strange_.push_back(number);
  lines_.push_back(std::move(text));
}

bool WrittenLines::hold_nearly(Pid pid, const JobLabel& job) const {
  const std::string_view command = std::string_view(job.command).substr(0, kMostCommand);
  if (command.size() < kLeastCommand) return false;
  if (const auto known = by_pid_.find(pid); known != by_pid_.end())
    for (const std::uint32_t line : known->second)
      if (stands_in(lines_[line], command, 1)) return true;
  const std::string number = std::to_string(pid);
  const std::string tag = '[' + number + ']';
  const std::string own = '-' + number + ')';
  return std::any_of(strange_.begin(), strange_.end(), [&](std::uint32_t line) {
    const std::string_view text = lines_[line];
    const std::size_t at = text.find(command);
    return at != std::string_view::npos &&
           (stands_in(text.substr(0, at), tag, 1) || stands_in(text.substr(0, at), own, 1));
  });
}

}  // namespace pidometer
