#include "plugin/cron_log/line_parser.h"

#include <algorithm>
#include <cstring>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

// Sizes of the two memories, both direct-mapped: a newcomer takes the place of whoever was there.
// They begin with what serves a site, and grow while so large a share of their places is taken that
// many a newcomer would meet someone there; but no log can make them grow beyond what serves a log
// server of a thousand hosts. Powers of two.
constexpr std::uint32_t kHeaders = 1024;
constexpr std::uint32_t kMostHeaders = 16384;
constexpr std::uint32_t kMemos = 4096;
constexpr std::uint32_t kMostMemos = 32768;
constexpr std::uint32_t kCrowded = 8;  // one place in so many is taken
constexpr std::uint32_t kGrowth = 4;
constexpr std::size_t kMaxHeader = 300;  // a host name has 255 bytes at most
constexpr std::size_t kMaxText = 512;
constexpr std::size_t kClock = 8;  // HH:MM:SS

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;  // 2^64 / golden ratio
  std::uint64_t hash = (seed + bytes.size()) * kOdd;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 29U;
  }
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    hash = (hash ^ word) * kOdd;
  }
  return hash ^ (hash >> 32U);
}

bool two_digits(const char* at, std::uint32_t below, std::uint32_t& value) {
  const auto tens = static_cast<std::uint32_t>(static_cast<unsigned char>(at[0])) - '0';
  const auto ones = static_cast<std::uint32_t>(static_cast<unsigned char>(at[1])) - '0';
  value = tens * 10 + ones;
  return tens <= 9 && ones <= 9 && value < below;
}

/// No program of cron's or of its kin has this name, so no text can make its line a record.
bool is_foreign_tag(std::string_view tag) {
  for (const std::string_view part : {"cron", "CRON", "run-parts"})
    if (tag.find(part) != std::string_view::npos) return false;
  return !tag.empty();
}

}  // namespace

LineParser::LineParser(LabelTable& labels, SourceTable& sources)
    : labels_(labels), sources_(sources), headers_(kHeaders), memos_(kMemos) {}

bool LineParser::cut(std::string_view line, Cut& out) const {
  if (date_.empty() || !line.starts_with(date_) || line.size() < date_.size() + kClock)
    return false;
  const char* const clock = line.data() + date_.size();
  std::uint32_t hour = 0;
  std::uint32_t minute = 0;
  std::uint32_t second = 0;
  if (!two_digits(clock, 24, hour) || clock[2] != ':' || !two_digits(clock + 3, 60, minute) ||
      clock[5] != ':' || !two_digits(clock + 6, 61, second))
    return false;
  out.time = date_start_;
  out.time.micros += (std::int64_t{hour} * 3600 + minute * 60 + second) * kMicrosPerSecond;
  line.remove_prefix(date_.size() + kClock);
  if (!zone_.empty()) {
    if (take(line, '.')) {
      std::int64_t unit = 100000;
      std::size_t used = 0;
      for (; used < line.size() && is_digit(line[used]); ++used, unit /= 10)
        out.time.micros += unit * (line[used] - '0');
      if (used == 0) return false;
      line.remove_prefix(used);
    }
    if (!take(line, zone_)) return false;
  }
  if (!take(line, ' ')) return false;

  const std::string& last = headers_[last_header_].bytes;
  std::size_t open = last.size();
  out.is_last_header =
      open > 0 && line.size() > open && line[open] == '[' && line.starts_with(last);
  if (!out.is_last_header) {
    open = line.find('[');
    if (open == std::string_view::npos || open > kMaxHeader) return false;
  }
  out.header = line.substr(0, open);
  line.remove_prefix(open + 1);
  std::uint32_t pid = 0;
  if (!take_number(line, pid) || pid == 0 || pid > kMaxPid || !take(line, "]: ")) return false;
  out.pid = pid;
  out.text = line;
  return true;
}

std::uint32_t LineParser::header_slot(std::string_view header) {
  if (headers_[last_header_].bytes == header) return last_header_;
  return static_cast<std::uint32_t>(hash_bytes(header, 0) & (headers_.size() - 1));
}

const LineParser::Memo* LineParser::recall(std::string_view text, std::uint32_t slot) {
  const std::uint32_t generation = headers_[slot].generation;
  const auto is = [&](const Memo& memo) {
    return memo.known && memo.header == slot && memo.generation == generation && memo.text == text;
  };
  std::uint32_t at = memos_[last_memo_].next;
  if (!is(memos_[at])) {
    at = static_cast<std::uint32_t>(hash_bytes(text, slot) & (memos_.size() - 1));
    if (!is(memos_[at])) return nullptr;
    memos_[last_memo_].next = at;
  }
  last_memo_ = at;
  return &memos_[at];
}

ParsedEntry LineParser::parse(std::string_view line) {
  Cut parts;
  if (cut(line, parts)) {
    const std::uint32_t slot = parts.is_last_header ? last_header_ : header_slot(parts.header);
    const Header& header = headers_[slot];
    if (header.known && (parts.is_last_header || header.bytes == parts.header)) {
      last_header_ = slot;
      announced_.clear();
      ParsedEntry entry;
      if (header.foreign) {
        entry.reason = "another program's line";
        return entry;
      }
      if (const Memo* const memo = recall(parts.text, slot)) {
        entry.kind = ParsedLine::Kind::record;
        entry.event = memo->event;
        entry.pid_role = memo->pid_role;
        entry.source = memo->source;
        entry.label = memo->label;
        entry.pid = parts.pid;
        entry.time = parts.time;
        return entry;
      }
    }
  }
  const ParsedLine parsed = parse_line(line);
  const ParsedEntry entry = intern(parsed);
  learn(line, parsed, entry);
  return entry;
}

ParsedEntry LineParser::parse_slowly(std::string_view line) {
  return intern(parse_line(line));
}

ParsedEntry LineParser::intern(const ParsedLine& parsed) {
  ParsedEntry entry;
  entry.kind = parsed.kind;
  entry.reason = parsed.reason;
  entry.column = parsed.column;
  if (parsed.kind != ParsedLine::Kind::record) {
    announced_ = parsed.next_command;
    return entry;
  }
  const CronRecord& record = parsed.record;
  const bool starts_announced = parsed.framing == FramingKind::solaris &&
                                record.event == CronEvent::command && record.command.empty();
  if (!starts_announced) announced_.clear();
  entry.event = record.event;
  entry.pid_role = record.pid_role;
  entry.pid = record.pid;
  entry.time = undated(record.time);
  entry.source = sources_.intern(record.hostname, record.reporter, parsed.dialect, parsed.boot_id);
  // A repetition is no job, and its text differs with every count.
  if (record.event == CronEvent::repeated) return entry;
  if (record.event == CronEvent::anacron_start) {
    // `Anacron started on 2025-04-20`: with its date each day's would be a job of its own.
    entry.label =
        labels_.intern(record.username, record.command.substr(0, record.command.find(" on ")));
  } else if (record.folder.empty()) {
    entry.label = labels_.intern(record.username, starts_announced ? announced_ : record.command);
  } else {
    // Scripts of one name in two folders are two jobs.
    script_.assign(record.folder);
    if (!script_.ends_with('/')) script_ += '/';
    script_ += record.command;
    entry.label = labels_.intern(record.username, script_);
  }
  return entry;
}

void LineParser::learn_date(std::string_view line, const ParsedLine& parsed) {
  std::string zone;
  std::size_t size = 0;
  if (parsed.framing == FramingKind::rfc3164 && line.size() > 7 && line[3] == ' ' &&
      line[6] == ' ') {
    size = 7;
  } else if (parsed.framing == FramingKind::rfc3339 && line.size() > 11 && is_digit(line[0])) {
    size = 11;
    std::string_view rest = line.substr(std::min(line.size(), size + kClock));
    if (take(rest, '.'))
      while (!rest.empty() && is_digit(rest.front())) rest.remove_prefix(1);
    zone = rest.substr(0, rest.find(' '));
    if (zone.empty()) return;
  } else {
    return;
  }
  WrittenTime midnight = parsed.record.time;
  midnight.hour = midnight.minute = midnight.second = 0;
  midnight.microsecond = 0;
  date_ = line.substr(0, size);
  zone_ = std::move(zone);
  date_start_ = undated(midnight);
}

// What is forgotten is learnt again.
void LineParser::make_room() {
  const bool headers =
      headers_taken_ * kCrowded > headers_.size() && headers_.size() < kMostHeaders;
  const bool memos = memos_taken_ * kCrowded > memos_.size() && memos_.size() < kMostMemos;
  if (!headers && !memos) return;
  const std::size_t header_count = headers_.size() * (headers ? kGrowth : 1);
  const std::size_t memo_count =
      std::min<std::size_t>(memos_.size() * (memos ? kGrowth : 1), kMostMemos);
  headers_.assign(header_count, {});
  memos_.assign(memo_count, {});
  headers_taken_ = memos_taken_ = last_header_ = last_memo_ = 0;
}

void LineParser::learn(std::string_view line, const ParsedLine& parsed, const ParsedEntry& entry) {
  // The memory takes the PID from behind the tag.
  if (parsed.pid_in_text) return;
  const bool is_record = parsed.kind == ParsedLine::Kind::record && parsed.reason == nullptr;
  if (is_record) learn_date(line, parsed);
  Cut parts;
  if (!cut(line, parts)) return;
  make_room();
  bool foreign = false;
  if (!is_record) {
    if (parsed.kind != ParsedLine::Kind::skipped) return;
    // `host tag`, or `tag` alone: a blank in a tag is no tag.
    const std::size_t blank = parts.header.find(' ');
    const std::string_view tag =
        blank == std::string_view::npos ? parts.header : parts.header.substr(blank + 1);
    foreign = is_foreign_tag(tag) && tag.find_first_of(" :") == std::string_view::npos &&
              is_foreign_tag(parts.header);
    if (!foreign) return;
  } else if (parts.pid != entry.pid || parts.time.micros != entry.time.micros ||
             parts.time.utc_offset_minutes != entry.time.utc_offset_minutes) {
    return;
  }
  const std::uint32_t slot = header_slot(parts.header);
  Header& header = headers_[slot];
  if (header.bytes != parts.header) {
    header.bytes = parts.header;
    ++header.generation;
  }
  headers_taken_ += header.known ? 0 : 1;
  header.known = true;
  header.foreign = foreign;
  last_header_ = slot;
  if (foreign || parts.text.size() > kMaxText || entry.event == CronEvent::repeated) return;
  const auto at = static_cast<std::uint32_t>(hash_bytes(parts.text, slot) & (memos_.size() - 1));
  Memo& memo = memos_[at];
  memos_[last_memo_].next = at;
  last_memo_ = at;
  memo.header = slot;
  memo.generation = header.generation;
  memo.label = entry.label;
  memo.source = entry.source;
  memo.event = entry.event;
  memo.pid_role = entry.pid_role;
  memos_taken_ += memo.known ? 0 : 1;
  memo.known = true;
  memo.text = parts.text;
}

}  // namespace pidometer
