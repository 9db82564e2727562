#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/gap_message.h"
#include "plugin/timeline/level_color.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

constexpr std::string_view kIndent = "    ";

std::string bracket(std::string_view what, std::string_view color_code, bool color) {
  if (!color) return fmt::format("[{}]:", what);
  return fmt::format("{}[{}]:{}", color_code, what, kColorEnd);
}

/// What the examiner compares with: how often it was seen, and what it usually cost: other
/// findings of the log may be among the comparable intervals, and the range leaves out what is far
/// out.
std::string baseline_words(const Anomaly& anomaly) {
  if (anomaly.baseline_samples == 0) {
    return fmt::format("no comparable interval, {:.1f} expected", anomaly.expected_pids);
  }
  if (anomaly.baseline_samples == 1) {
    return fmt::format("1 comparable interval cost {}", anomaly.baseline_low);
  }
  if (anomaly.baseline_low == anomaly.baseline_high) {
    return fmt::format("{} comparable intervals usually cost {}", anomaly.baseline_samples,
                       anomaly.baseline_low);
  }
  return fmt::format("{} comparable intervals usually cost {} to {}", anomaly.baseline_samples,
                     anomaly.baseline_low, anomaly.baseline_high);
}

std::string distance_words(const Anomaly& anomaly) {
  std::string words = fmt::format("; PID {} to {}", anomaly.first_pid, anomaly.last_pid);
  if (anomaly.wraps_assumed != 0) {
    words += fmt::format(" with {} wrap{} assumed", anomaly.wraps_assumed,
                         anomaly.wraps_assumed == 1 ? "" : "s");
  }
  if (anomaly.intervals != 1) words += fmt::format(" over {} intervals", anomaly.intervals);
  words += fmt::format(" = {}; {}", anomaly.observed_pids, baseline_words(anomaly));
  if (anomaly.excess_low != anomaly.excess_high) {
    words += fmt::format("; excess {} to {} (90%)", anomaly.excess_low, anomaly.excess_high);
  }
  return words + fmt::format("; {}, score {:.1f} ({:.1f} over the whole log)",
                             level_name(anomaly.level), anomaly.score, anomaly.score_log);
}

std::string boot_words(const Anomaly& anomaly) {
  if (anomaly.first_pid == 0 || anomaly.last_pid == 0) return {};
  return fmt::format("; PID {} before, {} after", anomaly.first_pid, anomaly.last_pid);
}

std::string gap_words(const Anomaly& anomaly) {
  if (anomaly.observed_pids == 0) return fmt::format("; {}", level_name(anomaly.level));
  std::string words =
      fmt::format("; {} PIDs handed out, {:.0f} ± {:.0f} if all had run, {:.0f} if none; {}",
                  anomaly.observed_pids, anomaly.expected_pids, anomaly.noise_pids,
                  anomaly.background_pids, level_name(anomaly.level));
  if (anomaly.excess_pids > 0)
    words +=
        fmt::format(", score {:.1f} ({:.1f} over the whole log)", anomaly.score, anomaly.score_log);
  return words;
}

std::string activity_words(const Anomaly& anomaly) {
  return fmt::format("; excess {} to {} (90%); {}, score {:.1f} over the whole log",
                     anomaly.excess_low, anomaly.excess_high, level_name(anomaly.level),
                     anomaly.score_log);
}

std::string order_words(const Anomaly& anomaly) {
  if (anomaly.order_fault == OrderFault::several_counters)
    return "; to have them judged, scan each host's lines as a file of its own";
  return fmt::format(
      "; distances round the range of PIDs differ from evenly spread ones by {:.1f}% at most, as "
      "PIDs at random do, or a counter that goes round between two lines",
      100 * anomaly.unevenness);
}

/// The numbers of a finding's kind.
std::string kind_words(const Anomaly& anomaly) {
  switch (anomaly.kind) {
    case AnomalyKind::pid_excess:
    case AnomalyKind::pid_deficit:
      return distance_words(anomaly);
    case AnomalyKind::record_gap:
      return gap_words(anomaly);
    case AnomalyKind::activity:
      return activity_words(anomaly);
    case AnomalyKind::record_out_of_sequence:
    case AnomalyKind::clock_step:
    case AnomalyKind::new_command:
    case AnomalyKind::crontab_change:
    case AnomalyKind::schedule_mismatch:
    case AnomalyKind::log_rewritten:
      return fmt::format("; {}", level_name(anomaly.level));
    case AnomalyKind::boot:
      return boot_words(anomaly);
    case AnomalyKind::not_a_clock:
      return order_words(anomaly);
  }
  return {};
}

/// What stands in the bracket: a number of PIDs, or the kind.
std::string bracket_words(const Anomaly& anomaly) {
  if (anomaly.kind == AnomalyKind::pid_excess || anomaly.kind == AnomalyKind::pid_deficit)
    return std::to_string(anomaly.excess_pids);
  if (anomaly.kind == AnomalyKind::activity) return fmt::format("activity {}", anomaly.excess_pids);
  if (anomaly.kind == AnomalyKind::record_gap)
    return lacks_no_record(anomaly)
               ? std::to_string(anomaly.excess_pids)
               : fmt::format("gap {} {}", anomaly.missing_records, gap_cause_name(anomaly.cause));
  return std::string(anomaly_kind_name(anomaly.kind));
}

std::string location_words(const TimelineEvent& event, const FindingBody& finding) {
  if (event.source == nullptr) return {};
  const std::string first_path = escape_bytes(event.source->entry.path);
  if (finding.last_source != nullptr) {
    return fmt::format("; {} line {} to {} line {}", first_path, finding.first.line,
                       escape_bytes(finding.last_source->entry.path), finding.last.line);
  }
  if (finding.first.line == finding.last.line) {
    return fmt::format("; {} line {}", first_path, finding.first.line);
  }
  return fmt::format("; {} lines {} and {}", first_path, finding.first.line, finding.last.line);
}

/// One line a witness, below the explanation.
std::string witness_words(const WindowWitnesses& witnesses) {
  std::string words;
  if (witnesses.narrowed_start)
    words += fmt::format("{}{}the excess did not begin before {}\n", kIndent, kIndent,
                         iso8601(*witnesses.narrowed_start));
  if (witnesses.narrowed_end)
    words += fmt::format("{}{}the excess was over by {}\n", kIndent, kIndent,
                         iso8601(*witnesses.narrowed_end));
  for (const Witness& witness : witnesses.witnesses) {
    const bool born = witness.relation == WitnessRelation::born_in_window;
    const std::string pid = witness.pid == 0 ? "" : fmt::format(" PID {}", witness.pid);
    words += fmt::format("{}{}{} {}{}, {} line {}: {}\n", kIndent, kIndent,
                         born ? "born in window:" : "seen in window:", iso8601(witness.time), pid,
                         escape_bytes(witness.filename), witness.line, escape_bytes(witness.text));
  }
  if (witnesses.total > witnesses.witnesses.size())
    words += fmt::format("{}{}and {} more lines of other logs\n", kIndent, kIndent,
                         witnesses.total - witnesses.witnesses.size());
  return words;
}

/// One line each, below the explanation.
std::string missing_words(const FindingBody& finding) {
  if (!finding.missing) return {};
  std::string words;
  const bool is_gap = finding.anomaly.kind == AnomalyKind::record_gap;
  for (const MissingLine& line : finding.missing->lines)
    words += fmt::format("{}{}{}: {}, {} line {}: {}\n", kIndent, kIndent,
                         is_gap ? "missing" : "in the journal", iso8601(line.time),
                         escape_bytes(line.filename), line.line, escape_bytes(line.text));
  if (finding.anomaly.missing_records > finding.missing->lines.size())
    words += fmt::format("{}{}and {} more, the last one {}\n", kIndent, kIndent,
                         finding.anomaly.missing_records - finding.missing->lines.size(),
                         iso8601(finding.missing->last));
  return words;
}

std::string finding_text(const TimelineEvent& event, const FindingBody& finding, bool color) {
  const Anomaly& anomaly = finding.anomaly;
  const bool is_boot = anomaly.kind == AnomalyKind::boot;
  // A boot is shown by the first record after it, an excess happened after its first record.
  const LineRef& shown = is_boot ? finding.last : finding.first;
  std::string text = fmt::format("{} {}\n{}{}{}{}",
                                 bracket(bracket_words(anomaly), level_color(anomaly.level), color),
                                 escape_bytes(shown.text), kIndent, event_message(event),
                                 kind_words(anomaly), location_words(event, finding));
  if (!finding.time_basis.certainty.empty() && finding.time_basis.certainty != "exact") {
    text += "; time " + escape_bytes(finding.time_basis.certainty);
  }
  text += '\n';
  text += missing_words(finding);
  text += witness_words(finding.witnesses);
  if (finding.explanation != nullptr) text += explanation_text(*finding.explanation);
  return text;
}

std::string warning_text(const TimelineEvent& event, const Warning& warning, bool color) {
  std::string where;
  if (event.source != nullptr) where = escape_bytes(event.source->entry.path);
  if (warning.line != 0) where += fmt::format(" line {}", warning.line);
  if (!where.empty()) where += ": ";
  return fmt::format("{} {}{}\n",
                     bracket(warning_kind_name(warning.kind), level_color(Level::medium), color),
                     where, escape_bytes(warning.message));
}

struct TextOf {
  const TimelineEvent& event;
  bool color;

  std::string operator()(const FindingBody& finding) const {
    return finding_text(event, finding, color);
  }
  std::string operator()(const RecordBody& record) const {
    return escape_bytes(record.line.text) + "\n";
  }
  std::string operator()(const WarningBody& body) const {
    return warning_text(event, body.warning, color);
  }
};

}  // namespace

std::string write_text(const TimelineEvent& event, bool color) {
  return std::visit(TextOf{event, color}, event.body);
}

}  // namespace pidometer
