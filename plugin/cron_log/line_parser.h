#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {

/// A line, parsed and interned: what is kept of it.
struct ParsedEntry {
  ParsedLine::Kind kind = ParsedLine::Kind::skipped;
  CronEvent event = CronEvent::info;
  PidRole pid_role = PidRole::none;
  std::uint16_t source = 0;  ///< SourceTable
  std::uint32_t label = 0;   ///< LabelTable
  Pid pid = 0;
  UndatedTime time;
  const char* reason = nullptr;  ///< as in ParsedLine
  std::size_t column = 0;
};

/// parse_line() with a memory. Neighbouring lines share their day, host, program and mostly their
/// text, so that all but the first of a kind are recognised by comparing bytes; whatever is not
/// recognised goes through parse_line(). Both ways give the same answer for every line.
/// A job whose command stands on the line before its own (Solaris) gets it from there.
class LineParser {
 public:
  LineParser(LabelTable& labels, SourceTable& sources);

  ParsedEntry parse(std::string_view line);
  /// Without the memory: for tests, and for lines that it does not know.
  ParsedEntry parse_slowly(std::string_view line);
  /// Whether the source names a program: "last message repeated" does not.
  bool has_reporter(std::uint16_t source) const { return !sources_[source].reporter.empty(); }
  /// Whether it is a journal's.
  bool has_boot_id(std::uint16_t source) const { return !sources_[source].boot_id.empty(); }
  /// LabelTable::saw_whole().
  void saw_whole(std::uint32_t label) { labels_.saw_whole(label); }

 private:
  /// `Nov  2 05:50:01 web01 CROND[123]: text` cut up, on the strength of the last date seen.
  struct Cut {
    UndatedTime time;
    std::string_view header;      ///< `web01 CROND`
    bool is_last_header = false;  ///< that of the line before
    Pid pid = 0;
    std::string_view text;
  };
  bool cut(std::string_view line, Cut& out) const;
  void learn(std::string_view line, const ParsedLine& parsed, const ParsedEntry& entry);
  void learn_date(std::string_view line, const ParsedLine& parsed);
  void make_room();
  std::uint32_t header_slot(std::string_view header);
  ParsedEntry intern(const ParsedLine& parsed);

  struct Header {
    std::string bytes;
    bool known = false;
    bool foreign = false;          ///< no program of cron's: no line of its can be a record
    std::uint32_t generation = 0;  ///< changes with `bytes`, so that no text of another survives
  };
  struct Memo {
    std::uint32_t header = 0;
    std::uint32_t generation = 0;
    std::uint32_t label = 0;
    std::uint16_t source = 0;
    CronEvent event = CronEvent::info;
    PidRole pid_role = PidRole::none;
    bool known = false;
    std::uint32_t next = 0;  ///< whose line came behind its last one: jobs come in rounds
    std::string text;
  };

  /// What is known of a text behind that header; nullptr: nothing.
  const Memo* recall(std::string_view text, std::uint32_t slot);

  LabelTable& labels_;
  SourceTable& sources_;
  std::string script_;      ///< scratch: a run-parts script with its folder
  std::string announced_;   ///< the command that the line before told of; empty: none
  std::string date_;        ///< `Nov  2 ` or `2026-11-02T`; empty: none yet
  std::string zone_;        ///< `+01:00`, `Z`; RFC 3339 only
  UndatedTime date_start_;  ///< midnight of that date
  std::uint32_t last_header_ = 0;
  std::uint32_t last_memo_ = 0;
  std::uint32_t headers_taken_ = 0;  ///< places of the memories that are known
  std::uint32_t memos_taken_ = 0;
  std::vector<Header> headers_;
  std::vector<Memo> memos_;
};

}  // namespace pidometer
