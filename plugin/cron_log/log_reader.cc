#include "plugin/cron_log/log_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "plugin/cron_log/cron_text.h"
#include "plugin/cron_log/file_order.h"
#include "plugin/cron_log/log_end.h"
#include "plugin/cron_log/reason_counts.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

/// Damage beside damage is one hole; so many holes in one file tell no more than their number.
constexpr std::size_t kMostUnread = 100000;

/// What a lot of lines of a log is about, to guess how many there will be.
constexpr std::uint64_t kSampleRecords = 1000;

/// FileReading::read() ends a log before this cuts anything off.
constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << 40U) - 1;

class FileReading {
 public:
  FileReading(const LogFile& file, LineParser& parser, std::vector<StoredRecord>& records,
              const LogLimits& limits, std::vector<ByteRange> known_damage = {})
      : parser_(parser),
        records_(records),
        limits_(limits),
        known_damage_(std::move(known_damage)),
        years_(records) {
    log_.file = &file;
    log_.report.entry = file.entry();
    log_.begin = log_.end = records.size();
  }

  void read(ByteStream& stream, const ReadMonitor& monitor, bool& stopped) {
    LineReader lines(stream, monitor, known_damage_);
    LogLine line;
    bool beyond = false;
    while (!beyond && lines.next(line)) {
      beyond = line.number >= limits_.lines || line.end > limits_.bytes;
      if (!beyond) take_line(line);
    }
    stopped = lines.stopped();
    lines.stop();
    log_.report.complete = !stopped && !beyond && !lines.error();
    if (beyond) {
      Warning warning = warn_at({line.offset, line.end}, line.number);
      warning.kind = WarningKind::skipped_file;
      warning.message = "the log is not read from here on: it has more than " +
                        std::to_string(limits_.lines - 1) + " lines or " +
                        std::to_string(limits_.bytes) + " bytes";
      warnings_.add("too large", std::move(warning));
    }
    if (lines.error()) {
      Warning warning = warn_at({lines.bytes_read(), lines.bytes_read()}, 0);
      warning.kind = WarningKind::skipped_file;
      warning.message = "the log breaks off: " + lines.error()->message;
      if (!lines.error()->reason.empty()) warning.message += " (" + lines.error()->reason + ")";
      warnings_.add("breaks off", std::move(warning));
    }
    log_.report.damage = stream.damage();
    bytes_read_ = lines.bytes_read();
    if (lines.damage_came_late())
      for (const DamagedRange& damaged : stream.damage())
        damage_told_late_.push_back(damaged.range);
  }

  std::uint64_t bytes_read() const { return bytes_read_; }
  /// All damage of the log, where some was told behind lines that it hits, as by a checksum.
  const std::vector<ByteRange>& damage_told_late() const { return damage_told_late_; }

  FileLog finish(LogForm form) {
    log_.form = form;
    tell_damaged();
    log_.end = records_.size();
    tell_end();
    if (log_.begin < log_.end) {  // else it is no log of cron's, and may be anything
      std::vector<DamagedRange>& damage = log_.report.damage;
      std::ranges::move(too_long_, std::back_inserter(damage));
      std::ranges::stable_sort(damage, {}, [](const auto& one) { return one.range.begin; });
    }
    const std::uint64_t last = log_.begin < log_.end ? records_.back().offset : 0;
    log_.lost_end = !log_.report.complete ||
                    (!log_.report.damage.empty() && log_.report.damage.back().range.end > last);
    // rows of a timeline are put in order by what they say (plaso_order.h)
    if (form != LogForm::plaso_rows) put_in_order();
    log_.report.records = log_.end - log_.begin;
    log_.report.lines_skipped = skipped_.take();
    log_.open_end = log_.open_end && last_was_record_;
    log_.runs = years_.take_runs();
    log_.warnings = warnings_.take();
    if (log_.unread_cron) log_.unread_cron->message = unread_crons_.words();
    return std::move(log_);
  }

 private:
  void put_in_order() {
    const FileOrder order = order_file(records_, log_.begin);
    if (!order.changed()) return;
    years_.changed();
    log_.end = records_.size();
    log_.report.duplicate_lines += order.repeated;
    log_.report.reordered = true;
    log_.open_end = false;
    Warning warning;
    warning.kind = order.repeated > 0 ? WarningKind::duplicate_input : WarningKind::year_uncertain;
    warning.path = log_.report.entry.path;
    warning.line = order.first_repeated;
    warning.message = file_order_words(order);
    warnings_.add("order", std::move(warning));
  }

  Warning warn_at(ByteRange range, std::uint32_t line) const {
    Warning warning;
    warning.kind = WarningKind::unparsed_line;
    warning.path = log_.report.entry.path;
    warning.range = range;
    warning.line = line;
    return warning;
  }

  void unread(const LogLine& line, bool damaged) {
    ++log_.report.unparsed_lines;
    last_was_record_ = false;
    add_unread({line.offset, line.end}, line.number, 1, damaged);
  }

  void add_unread(ByteRange range, std::uint32_t number, std::uint32_t lines, bool damaged) {
    if (!log_.unread.empty()) {
      UnreadSpan& last = log_.unread.back();
      const bool adjacent = last.range.end == range.begin && last.damaged == damaged;
      if (adjacent || log_.unread.size() >= kMostUnread) {
        last.range.end = range.end;
        last.lines += lines;
        return;
      }
    }
    UnreadSpan span;
    span.range = range;
    span.first_line = number;
    span.lines = lines;
    span.damaged = damaged;
    log_.unread.push_back(span);
  }

  /// Byte and column from 0; their sum is the byte of the flaw.
  static std::string place(const LogLine& line, std::size_t column) {
    return " (byte " + std::to_string(line.offset + line.nuls) + ", column " +
           std::to_string(column) + ")";
  }

  void refuse(const LogLine& line, const std::string& reason, std::size_t column) {
    unread(line, false);
    skipped_.add(reason);
    Warning warning = warn_at({line.offset, line.end}, line.number);
    warning.message = "not read: " + reason + place(line, column);
    if (line.inner_nuls > 0)
      warning.message += "; " + std::to_string(line.inner_nuls) + " of its bytes are NUL";
    warnings_.add(reason, std::move(warning));
  }

  /// A log whose end is no text has damage there, which every row and summary of it names.
  void tell_end() {
    const std::optional<DamagedRange> lost =
        log_.report.complete && log_.begin < log_.end ? end_.lost(bytes_read_) : std::nullopt;
    if (nul_warning_ && !lost) warnings_.add("NUL bytes", *std::move(nul_warning_));
    if (!lost) return;
    log_.report.unreadable_end = lost->range.end - lost->range.begin;
    if (log_.unread.empty() || log_.unread.back().range.end <= lost->range.begin)
      add_unread(lost->range, end_.line() + 1, 0, false);
    Warning warning = warn_at(lost->range, end_.line());
    warning.kind = WarningKind::damaged_log;
    warning.message = lost->reason;
    warnings_.add("end", std::move(warning));
    log_.report.damage.push_back(*lost);
    if (!too_long_.empty() && too_long_.back().range.end > lost->range.begin) too_long_.pop_back();
  }

  /// Lines that damage hit, one warning a stretch of them.
  void tell_damaged() {
    auto damaged = log_.report.damage.begin();
    for (const UnreadSpan& span : log_.unread) {
      if (!span.damaged) continue;
      while (damaged != log_.report.damage.end() && damaged->range.end <= span.range.begin)
        ++damaged;
      std::string reason;
      if (damaged != log_.report.damage.end() && damaged->range.begin < span.range.end)
        reason = " (" + damaged->reason + ")";
      const std::string bytes =
          std::to_string(span.range.begin) + " to " + std::to_string(span.range.end);
      Warning warning = warn_at(span.range, span.first_line);
      warning.kind = WarningKind::damaged_log;
      if (span.lines > 1 && span.range.begin == 0 && span.range.end == bytes_read_)
        // Bytes that are lost read as NULs, one line: these came, and no checksum vouches for them.
        warning.message = "all lines of the log, " + std::to_string(span.lines) +
                          ", are doubtful and left out" + reason;
      else if (span.lines == 1)
        warning.message =
            "not read: its bytes are damaged in the evidence" + reason + " (bytes " + bytes + ")";
      else
        warning.message = "this line and the " + std::to_string(span.lines - 1) +
                          " behind it are not read: their bytes are damaged in the evidence" +
                          reason + " (bytes " + bytes + ")";
      warnings_.add("their bytes are damaged in the evidence", std::move(warning));
    }
  }

  void take_line(const LogLine& line) {
    ++log_.report.lines;
    if (nul_warning_) warnings_.add("NUL bytes", *std::exchange(nul_warning_, std::nullopt));
    if (!line.damaged) log_.report.nul_bytes += line.nuls + line.inner_nuls;
    if (line.nuls > 0 && !line.filler) {
      Warning warning = warn_at({line.offset, line.offset + line.nuls}, line.number);
      warning.message = std::to_string(line.nuls) + " NUL bytes stand before the line (byte " +
                        std::to_string(line.offset) +
                        "), as a crash leaves them: lines may be missing there";
      nul_warning_ = std::move(warning);  // it may be the log's end, which is told otherwise
      add_hint({line.number, SyslogWord::lost, {}, {}, {}});
      add_unread({line.offset, line.offset + line.nuls}, line.number, 0, false);
    }
    if (line.damaged) {
      unread(line, true);
      skipped_.add("its bytes are damaged in the evidence");
      end_.pass(line);
      return;
    }
    if (line.too_long) {
      end_.note(line, false);
      too_long_.push_back(
          {{line.offset, line.end},
           "a line of more than " + std::to_string(LineReader::kMaxLine) + " bytes is not read"});
      refuse(line, "it is longer than " + std::to_string(LineReader::kMaxLine) + " bytes", 0);
      return;
    }
    const ParsedEntry entry = parser_.parse(line.text);
    const auto foreign = entry.kind == ParsedLine::Kind::record ? foreign_byte(line.text)
                                                                : std::optional<std::size_t>();
    end_.note(line, entry.kind == ParsedLine::Kind::record && !foreign);
    switch (entry.kind) {
      case ParsedLine::Kind::skipped:
        ++log_.report.other_lines;
        skipped_.add(entry.reason);
        last_was_record_ = false;
        if (const std::string_view cron = unread_cron(entry.reason, line.text); !cron.empty())
          count_unread_cron(line, cron);
        if (const auto told = syslog_word(line.text)) add_hint(hint_of(line.number, *told));
        return;
      case ParsedLine::Kind::malformed:
        refuse(line, entry.reason, entry.column);
        return;
      case ParsedLine::Kind::record:
        break;
    }
    // "last message repeated" is cron's only behind a line of cron's.
    if (entry.event == CronEvent::repeated && entry.pid == 0 && !last_was_record_ &&
        !parser_.has_reporter(entry.source)) {
      ++log_.report.other_lines;
      skipped_.add("a repetition of another program's line");
      return;
    }
    if (foreign) {
      refuse(line, "it holds bytes that no daemon writes", *foreign);
      return;
    }
    if (entry.reason != nullptr) {
      Warning warning = warn_at({line.offset, line.end}, line.number);
      warning.message = entry.reason + place(line, entry.column);
      warnings_.add(entry.reason, std::move(warning));
    }
    append(line, entry);
  }

  void add_hint(const LossHint& hint) {
    if (log_.hints.size() < kMostHints) log_.hints.push_back(hint);
  }

  LossHint hint_of(std::uint32_t line, const ToldWord& told) const {
    constexpr std::chrono::hours kMostSince{48};
    LossHint hint{line, told.word, std::string(told.hostname), {}, {}};
    const std::chrono::microseconds micros(told.time.micros);
    if (told.time.utc_offset_minutes > kZoneless) hint.time = Timestamp(micros);
    if (hint.time || records_.size() == log_.begin) return hint;
    const StoredRecord& before = records_.back();  // not dated yet, as the word
    const auto since = micros - before.time.time_since_epoch();
    if (before.utc_offset_minutes == told.time.utc_offset_minutes && since.count() >= 0 &&
        since <= kMostSince)
      hint.since_record = since;
    return hint;
  }

  void count_unread_cron(const LogLine& line, std::string_view cron) {
    if (!log_.unread_cron) log_.unread_cron = warn_at({line.offset, line.end}, line.number);
    log_.unread_cron->range->end = line.end;
    unread_crons_.add(cron);
  }

  void append(const LogLine& line, const ParsedEntry& entry) {
    if (entry.time.utc_offset_minutes == kYearless) {
      years_.place();
    } else {
      years_.break_run();
      if (entry.time.utc_offset_minutes == kZoneless)
        log_.has_zoneless = true;
      else
        log_.has_offsets = true;
    }
    StoredRecord record;
    record.time = Timestamp(std::chrono::microseconds(entry.time.micros));
    record.utc_offset_minutes = entry.time.utc_offset_minutes;
    // of the text: what a crash left before it may be longer than any line
    record.offset = (line.offset + line.nuls) & kOffsetMask;
    record.line = line.number;
    record.pid = entry.pid;
    record.label = entry.label;
    record.event = entry.event;
    record.pid_role = entry.pid_role;
    record.source = entry.source;
    records_.push_back(record);
    if (entry.source != last_source_ || source_count_ == nullptr) {
      source_count_ = &log_.source_counts[entry.source];
      log_.is_journal = log_.is_journal || parser_.has_boot_id(entry.source);
      last_source_ = entry.source;
    }
    ++*source_count_;
    last_was_record_ = true;
    const std::uint64_t bytes = line.nuls + line.text.size();
    log_.open_end = entry.reason != nullptr || line.end - line.offset == bytes;
    if (!log_.open_end) parser_.saw_whole(entry.label);
    if (records_.size() - log_.begin == kSampleRecords) reserve(line.end);
  }

  /// Grows the store once instead of by doubling, which would hold a large log twice.
  void reserve(std::uint64_t bytes_so_far) {
    const std::uint64_t size = log_.report.entry.size;
    constexpr std::uint64_t kMostToTrust = std::uint64_t{1} << 32U;
    if (size <= bytes_so_far || size > kMostToTrust) return;
    const std::uint64_t guess = size * kSampleRecords / bytes_so_far;
    const std::size_t want = records_.size() + guess + guess / 16;
    if (want > records_.capacity()) records_.reserve(want);
  }

  LineParser& parser_;
  std::vector<StoredRecord>& records_;
  const LogLimits limits_;
  const std::vector<ByteRange> known_damage_;
  std::vector<ByteRange> damage_told_late_;
  std::uint64_t bytes_read_ = 0;
  YearTracker years_;
  FileLog log_;
  WarningBudget warnings_;
  ReasonCounts skipped_;
  UnreadCrons unread_crons_;
  std::vector<DamagedRange> too_long_;
  std::optional<Warning> nul_warning_;  ///< of the line before
  LogEnd end_;
  bool last_was_record_ = false;
  std::uint16_t last_source_ = 0;
  std::uint64_t* source_count_ = nullptr;
};

}  // namespace

FileLog read_log_file(const LogFile& file, LineParser& parser, std::vector<StoredRecord>& records,
                      const ReadMonitor& monitor, bool& stopped, const LogLimits& limits) {
  const std::size_t begin = records.size();
  std::vector<ByteRange> damage;
  while (true) {
    FileReading reading(file, parser, records, limits, damage);
    LogForm form = LogForm::lines;
    const auto stream = open_log_text(file, &form);
    if (!stream) {
      FileLog log = reading.finish(form);
      log.failed = true;
      log.report.complete = false;
      Warning warning;
      warning.kind = WarningKind::skipped_file;
      warning.path = file.entry().path;
      warning.message = stream.error().message;
      if (!stream.error().reason.empty()) warning.message += ": " + stream.error().reason;
      log.warnings.push_back(std::move(warning));
      return log;
    }
    reading.read(**stream, monitor, stopped);
    if (!damage.empty() || stopped || reading.damage_told_late().empty()) {
      FileLog log = reading.finish(form);
      log.report.sha256 = file.sha256().value_or("");
      log.report.complete &= !breaks_off(**stream, file.entry(), reading.bytes_read());
      return log;
    }
    // Records were made of bytes that nothing vouches for: once more, now that this is known.
    damage = reading.damage_told_late();
    records.resize(begin);
  }
}

}  // namespace pidometer
