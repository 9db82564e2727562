#include "cli/held_findings.h"

#include <fmt/format.h>

namespace pidometer {
namespace {

/// Of hosts whose PIDs are at random it spans the log and is no window.
bool has_window(AnomalyKind kind) {
  return kind != AnomalyKind::not_a_clock;
}

}  // namespace

void HeldFindings::add(const std::string& volume, const RowOrder& order, TimelineEvent event) {
  findings_.push_back({volume, order, std::move(event)});
}

void HeldFindings::add_recovered(const std::string& volume, const std::string& hostname,
                                 std::vector<RecoveredLine> lines) {
  if (!lines.empty()) recovered_[{volume, hostname}].add(std::move(lines));
}

std::vector<std::string> HeldFindings::mark_stretches(const std::string& image,
                                                      std::vector<SummarySeries>& series) const {
  std::vector<std::string> notes;
  for (SummarySeries& one : series) {
    if (one.recovered || one.input != image) continue;
    const auto found = recovered_.find({one.volume, one.report.hostname});
    if (found == recovered_.end()) continue;
    std::uint64_t lines = 0;
    std::uint64_t stretches = 0;
    for (UnjudgedStretch& stretch : one.report.unjudged) {
      stretch.recovered = found->second.within(stretch.range);
      lines += stretch.recovered.lines;
      stretches += stretch.recovered.lines > 0 ? 1 : 0;
    }
    if (lines == 0) continue;
    notes.push_back(fmt::format(
        "{}:{}: {} recovered line{} dated within {} of the live log that {} not judged: see "
        "\"unjudged\" of the summary",
        one.volume, one.folder, lines, lines == 1 ? " is" : "s are",
        stretches == 1 ? "a stretch" : fmt::format("{} stretches", stretches),
        stretches == 1 ? "was" : "were"));
  }
  return notes;
}

void HeldFindings::release(
    const std::function<void(const RowOrder& order, const TimelineEvent& event)>& write) {
  for (Held& held : findings_) {
    auto& finding = std::get<FindingBody>(held.event.body);
    const auto found =
        recovered_.find({held.volume, held.event.source ? held.event.source->host : std::string()});
    if (found != recovered_.end() && has_window(finding.anomaly.kind))
      finding.recovered =
          found->second.within({finding.anomaly.window_start, finding.anomaly.window_end});
    write(held.order, held.event);
  }
  findings_.clear();
  recovered_.clear();
}

}  // namespace pidometer
