#include "plugin/anomaly/detectors.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "plugin/anomaly/activities.h"

namespace pidometer {
namespace {

constexpr std::array kDetectors = {
    Detector{AnomalyKind::pid_excess, "pid_excess",
             "more PIDs were handed out than the schedule and this host's background explain, in "
             "one interval or in a window of several",
             detect_pid_excess},
    Detector{AnomalyKind::pid_deficit, "pid_deficit",
             "fewer PIDs were handed out than such an interval always costs: a job did less",
             detect_pid_deficit},
    Detector{AnomalyKind::record_gap, "record_gap",
             "records that the schedule has are missing; the PIDs say why", detect_record_gap},
    Detector{AnomalyKind::record_out_of_sequence, "record_out_of_sequence",
             "the PID or the time of a record does not fit its neighbours, which fit one another",
             detect_record_out_of_sequence},
    Detector{AnomalyKind::clock_step, "clock_step",
             "the wall clock jumped while the PID counter did not", detect_clock_step},
    Detector{AnomalyKind::boot, "boot",
             "the counter restarted, or the daemon did (not for the first line of a series)",
             detect_boot},
    Detector{AnomalyKind::not_a_clock, "not_a_clock",
             "PIDs are not sequential: half of the steps go down, and PIDs and distances are "
             "spread evenly, or several counters explain the log far better than one; no other "
             "finding is made",
             detect_not_a_clock},
};

// Up to so many steps nothing proves that PIDs are random, and where one in six of them falls they
// may be: of a host that only boots often few do.
constexpr std::size_t kShortLog = 60;
constexpr std::size_t kManyFalls = 6;

// The excess of a tick says whose line is missing there: no row says so once more.
void leave_out_told_lines(std::vector<Anomaly>& all) {
  std::vector<const Anomaly*> excesses;
  for (const Anomaly& a : all)
    if (a.kind == AnomalyKind::pid_excess && !a.absent_labels.empty()) excesses.push_back(&a);
  const auto told = [&](const Anomaly& gap) {
    return std::ranges::any_of(excesses, [&](const Anomaly* excess) {
      return excess->first_record == gap.first_record &&
             std::ranges::binary_search(excess->absent_labels, gap.labels.front());
    });
  };
  std::vector<bool> gone;  // before any row is moved: `excesses` points at them
  gone.reserve(all.size());
  for (const Anomaly& a : all)
    gone.push_back(a.kind == AnomalyKind::record_gap && a.absent_seen > 0 &&
                   a.missing_records == 1 && told(a));
  std::size_t kept = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (gone[k]) continue;
    if (kept != k) all[kept] = std::move(all[k]);
    ++kept;
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
}

}  // namespace

DetectorInput::DetectorInput(const PidClock& the_clock, const Baseline& its_baseline,
                             const WindowScan& its_scan, Explanations& its_explanations)
    : DetectorInput(the_clock, its_baseline, its_scan, its_explanations,
                    find_silent_jobs(the_clock)) {}

DetectorInput::DetectorInput(const PidClock& the_clock, const Baseline& its_baseline,
                             const WindowScan& its_scan, Explanations& its_explanations,
                             SilentJobs its_silent_jobs)
    : clock(the_clock),
      baseline(its_baseline),
      scan(its_scan),
      explanations(its_explanations),
      edited(find_edited_times(the_clock)),
      gaps(judge_gaps(the_clock, its_baseline, its_scan, its_explanations, edited)),
      steps(steps_back_of(the_clock, gaps)),
      untimed(
          judge_untimed(the_clock, its_baseline, its_scan, its_explanations, edited, gaps, steps)),
      silent(std::move(its_silent_jobs)) {}

std::span<const Detector> detectors() {
  return kDetectors;
}

bool may_be_random(const PidClock& clock) {
  const std::size_t steps = clock.ticks.size() + clock.foreign.size();
  if (steps > kShortLog) return false;
  std::size_t falls = clock.foreign.size();
  for (std::size_t i = 1; i < clock.ticks.size(); ++i)
    falls += clock.ticks[i].pid < clock.ticks[i - 1].pid && !clock.ticks[i].after_startup ? 1 : 0;
  return falls * kManyFalls >= steps;
}

std::vector<Anomaly> detect_anomalies(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  // distances, falls and boots mean nothing there
  if (!clock.order.is_clock()) return detect_not_a_clock(input);
  std::vector<Anomaly> all;
  for (const Detector& detector : kDetectors) {
    auto found = detector.detect(input);
    all.insert(all.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
  }
  leave_out_told_lines(all);
  if (may_be_random(clock))
    for (Anomaly& a : all) a.level = std::min(a.level, Level::low);
  add_activities(clock, all);
  std::ranges::stable_sort(all, {}, [](const Anomaly& a) {
    return std::tuple(a.window_start, a.window_end, a.first_record, a.kind);
  });
  return all;
}

std::vector<Anomaly> detect_anomalies(const PidClock& clock, const Baseline& baseline) {
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  return detect_anomalies(DetectorInput(clock, baseline, scan, explanations));
}

}  // namespace pidometer
