#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "base/pid.h"
#include "plugin/explain_steps.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

using Steps = std::vector<Quantity>;

double number(Pid pid) {
  return static_cast<double>(pid);
}

void add_gap(const DetectorInput& input, const Anomaly& a, Steps& steps) {
  const std::vector<GapVerdict>& all = a.assumed_seconds > 0 ? input.untimed.verdicts : input.gaps;
  const auto found = std::ranges::find_if(all, [&](const GapVerdict& verdict) {
    return input.clock.ticks[verdict.gap->tick].record == a.first_record;
  });
  if (found == all.end()) return;
  const GapVerdict& gap = *found;
  const GapCost& cost = gap.cost;
  const Baseline& baseline = input.baseline;
  const double background_rate = background_is_known(baseline)
                                     ? baseline.background_per_second
                                     : baseline.most_background_per_second;
  steps.insert(
      steps.end(),
      {{"seconds", cost.seconds,
        a.assumed_seconds <= 0 ? "from the last record to the next"
        : a.time_edited
            ? "assumed: between the records around those whose times were edited"
            : "assumed, the clock was set: by the schedule behind the one record and before the "
              "other; of a step that is no whole hours both together"},
       {"usual_seconds", cost.usual_seconds,
        "from such a record to the next where nothing is missing"},
       {"missing_ticks", static_cast<double>(gap.gap->missing),
        "minutes that were in use in two of the three hours, or days, before"},
       {"intervals", cost.intervals,
        "PIDs of all the intervals that these bound, by others that the same jobs begin"},
       {"level", cost.level, "more than that, by the level beside the gap"},
       {"elsewhere", cost.elsewhere,
        fmt::format("more than that, by the same stretch of {} other days (or hours)",
                    cost.stretches)},
       {"lost_at_end", cost.lost_at_end,
        "half of the PIDs that jobs which damage may have taken from the tick at its end took "
        "before "
        "those that are left; the other half is in the noise"},
       {"scheduled", gap.scheduled, "intervals + level + elsewhere + lost_at_end: if all had run"},
       {"background_rate", background_rate, "PIDs a second beside the jobs, at most"},
       {"jobs", cost.jobs,
        "PIDs of the missing jobs: of their intervals without background_rate * seconds, and 2 a "
        "job at least"},
       {"background", gap.background, "scheduled - jobs: if none had run, at most"},
       {"noise", gap.noise, "standard deviation of the two"},
       {"observed", static_cast<double>(gap.observed),
        "PIDs handed out; 0 where that is not known"},
       {"first", cost.first,
        cost.unknown_job
            ? "PIDs of the last record's interval at least: of one of its jobs no other "
              "interval tells the cost, and no lines are said to be removed"
        : cost.own_known
            ? "PIDs of the last record's interval where nothing is missing"
            : "PIDs of the last record's interval at most: its jobs stand nowhere else "
              "together, and each costs no more than the cheapest interval that it "
              "begins"},
       {"beyond_rate", gap.beyond_rate, "background - first"},
       {"spent", gap.spent, "observed - first"},
       {"clear", gap.clear,
        "4 sqrt(noise^2 + (0.1 beyond_rate)^2): unknown if beyond_rate + jobs is less"},
       {"removed_from", gap.beyond_rate + cost.jobs / 2,
        "beyond_rate + jobs / 2: lines were removed if jobs >= clear, spent is more, and "
        "burst_chance no more than 0.05: else unknown"},
       {"burst_chance", gap.burst_chance,
        "that other work is as close to what all jobs take: ln((A + d) / (A - d)) / ln 10000, A "
        "= scheduled - first, d the largest of 1, noise and observed - scheduled"},
       {"stopped_from", gap.gone_on,
        "beyond_rate / 2, or clear where the rate is not known to a tenth: else cron did not run "
        "if beyond_rate >= clear and spent is more; else the host was suspended or its clock set"},
       {"surplus", gap.surplus,
        "observed - scheduled (- what a start of the daemon may take): judged whatever the "
        "cause"}});
  if (gap.surplus <= 0) return;
  const WindowCalibration& calibration = input.scan.calibration();
  const WindowCalibration::Surprise tails = WindowCalibration::surprise(cost.beyond(gap.surplus));
  steps.insert(steps.end(), {{"width", static_cast<double>(cost.width), "intervals, had all run"},
                             {"R", gap.surplus, "surplus"},
                             {"V", cost.variance, "noise^2"},
                             {"M", cost.random_mean, "PIDs of scheduled that can vary"}});
  std::ranges::move(tail_steps(calibration, tails, cost.width), std::back_inserter(steps));
  steps.push_back({"own_score", input.scan.score(tails.sum, cost.width),
                   "raw_score * shrink - price, from 0 to 9999"});
  steps.push_back({"surplus_score", gap.surplus_score,
                   "own_score: -log10 of the chance of so much, as of an excess over as many "
                   "intervals; no more than what a job's spill or habit, or bursts of most days, "
                   "leave of it"});
  std::ranges::move(chance_steps(input.scan, gap.surplus_score), std::back_inserter(steps));
  if (a.excess_pids > 0)
    steps.push_back({"least_level", static_cast<double>(a.surplus_level),
                     "by in_month, whatever the cause: the row has the larger of this and the "
                     "cause's"});
}

void add_silence(const Anomaly& a, Steps& steps) {
  steps.insert(steps.end(),
               {{"missing", static_cast<double>(a.missing_records),
                 "lines that the days before had at these minutes"},
                {"observed", static_cast<double>(a.observed_pids),
                 "PIDs handed out around these minutes, each counted once"},
                {"with_job", a.expected_pids, "the same on the days before, when the job ran"},
                {"without_job", a.background_pids,
                 "with_job - what a line's job takes, 2 PIDs or what its ticks cost more than "
                 "their other jobs "
                 "alone: at most, had it not run"},
                {"noise", a.noise_pids, "standard deviation of observed - with_job"},
                {"limit", a.expected_pids - (a.expected_pids - a.background_pids) / 2,
                 "lines were removed if observed is above this, and observed - without_job > 4 "
                 "noise (low: 3 "
                 "noise)"}});
}

void add_absent_lines(const Anomaly& a, Steps& steps) {
  steps.insert(
      steps.end(),
      {{"missing", static_cast<double>(a.missing_records),
        "lines of the job that are not in their ticks, other jobs' lines of which are"},
       {"seen", static_cast<double>(a.absent_seen),
        "ticks of the same minute around, the nearest ones before and behind: all have the job"},
       {"observed", static_cast<double>(a.observed_pids), "PIDs of these ticks' intervals"},
       {"with_job", a.expected_pids, "what they cost with the job, by such ticks at their minute"},
       {"without_job", a.background_pids,
        "with_job - what the job takes at least: 2 PIDs, or what its ticks cost more than their "
        "other jobs alone, or than the background at most, less 3 standard errors"},
       {"noise", a.noise_pids, "standard deviation of observed"},
       {"least",
        std::max(a.expected_pids - (a.expected_pids - a.background_pids) / 2,
                 a.background_pids + 4 * a.noise_pids),
        "lines were removed if observed is no less than this: (with_job + without_job) / 2, and "
        "without_job + 4 noise (Student's t where few such intervals are known)"},
       {"most", a.expected_pids + 2 * a.noise_pids,
        "with_job + 2 noise: ... and no more, or other work may stand for the job"}});
}

void add_file_gap(const Anomaly& a, Steps& steps) {
  steps.insert(
      steps.end(),
      {{"seconds", seconds_between(a.window_start, a.window_end),
        a.until_file_time ? "from the last record to the time at which the file was written"
                          : "from the time at which the file was made to the first record"},
       {"due", static_cast<double>(a.missing_records),
        "runs that the schedule has in this time, by the log's own hours and days"}});
}

void add_step(const Anomaly& a, Steps& steps) {
  const double passed =
      seconds_between(a.window_start, a.window_end) * (a.step_seconds < 0 ? -1 : 1);
  steps.insert(steps.end(), {{"seconds", passed, "from the first record's time to the last one's"},
                             {"usual", passed - a.step_seconds,
                              "that pass between two such records by the schedule"},
                             {"step", a.step_seconds, "seconds - usual"},
                             {"observed", static_cast<double>(a.observed_pids),
                              "last PID - first PID: the counter went on"}});
}

/// Of a fall that no STARTUP line and no boot ID tells: the terms of the verdict itself.
void add_fall(const PidClock& clock, const Tick& before, const Tick& after, Steps& steps) {
  const FallTerms terms = clock.range.terms_of(before.pid, after.pid, whole_seconds(before, after),
                                               StepsElsewhere(clock.ticks).after(before, after));
  steps.push_back({"pid_max", number(clock.range.pid_max), clock.range.basis});
  if (after.pid < kReservedPids) {
    steps.push_back({"reserved", number(kReservedPids),
                     "after is below: no wrap hands such PIDs out, a boot does"});
    return;
  }
  const std::string wrap = fmt::format(" - before + after - {}", kReservedPids);
  steps.insert(
      steps.end(),
      {{"rate", clock.range.pids_per_second,
        "PIDs a second that this host spends, the largest steps clipped"},
       {"usual", terms.usual, "rate * seconds"},
       {"elsewhere", terms.elsewhere,
        "PIDs: the second largest rise of the same jobs' intervals of this length; 0: no two"},
       {"wrapped", terms.wrapped, "pid_max" + wrap + ": what one wrap would have handed out"},
       {"wrap_least", terms.wrap_least, fmt::format("{} usual - {}", kWrapLeast, kWrapSlack)},
       {"wrap_most", terms.wrap_most,
        fmt::format("max({} usual, elsewhere) + {}: a wrap if wrapped is from wrap_least to this",
                    kWrapFactor, kWrapSlack)},
       {"wrap_known", terms.wrap_known,
        fmt::format("{} (pid_max - {}): ... and usual no more than this", kTooLongShare,
                    kReservedPids)},
       {"burst_rate", clock.range.most_per_second,
        "PIDs a second with bursts, and without time that has no lines"},
       {"most", terms.most,
        fmt::format("{} burst_rate * max(0, seconds) + {}", kWrapFactor, kWrapSlack)},
       {"least_pid_max", number(clock.range.least_pid_max),
        "pid_max, or where that is a guess the smallest that it may be"},
       {"restart_known", terms.restart_known,
        fmt::format(
            "{} (least_pid_max - {}): a boot if it is no wrap and most is no more than this",
            kTooLongShare, kReservedPids)}});
  if (clock.range.least_pid_max != clock.range.pid_max)
    steps.push_back({"least_wrapped", terms.least_wrapped,
                     "least_pid_max" + wrap + ": ... and this is more than most"});
}

void add_sequence(const PidClock& clock, const Anomaly& a, Steps& steps) {
  steps.insert(steps.end(), {{"pid", number(a.first_pid), "of the record"},
                             {"previous_pid", number(a.previous_pid), "of the neighbours"},
                             {"next_pid", number(a.next_pid), ""}});
  if (a.fault == SequenceFault::order)
    steps.push_back({"records", static_cast<double>(a.block_records),
                     "in a row, from this one on, that do not fit there"});
  if (a.fault == SequenceFault::pid)
    steps.push_back({"outside",
                     std::max(number(a.previous_pid) - number(a.first_pid),
                              number(a.first_pid) - number(a.next_pid)),
                     fmt::format("PIDs outside the neighbours: max(previous_pid - pid, pid - "
                                 "next_pid); a line within {} PIDs and {} s may be late",
                                 kForeignPids, kOutOfOrder.count())});
  steps.insert(steps.end(), {{"after_previous", seconds_between(a.previous_time, a.window_start),
                              "seconds from the neighbour above"},
                             {"before_next", seconds_between(a.window_end, a.next_time),
                              "seconds to the neighbour below (of a row from its last one); below "
                              "0: the time does not fit"}});
  if (a.fault != SequenceFault::fall) return;
  const auto after = std::ranges::find(clock.ticks, a.first_record, &Tick::record);
  if (after != clock.ticks.begin() && after != clock.ticks.end())
    add_fall(clock, *(after - 1), *after, steps);
}

void add_boot(const PidClock& clock, const Anomaly& a, Steps& steps) {
  const double fall = number(a.first_pid) - number(a.last_pid);
  steps.insert(steps.end(),
               {{"before", number(a.first_pid), "the last PID"},
                {"after", number(a.last_pid), "the first one behind"},
                {"fall", fall, "before - after"},
                {"seconds", seconds_between(a.window_start, a.window_end), "between the two"}});
  const auto after = std::ranges::find(clock.ticks, a.last_record, &Tick::record);
  if (after == clock.ticks.begin() || after == clock.ticks.end()) return;
  const Tick& before = *(after - 1);
  // What a STARTUP line or a boot ID says is not reckoned.
  const bool reckoned = before.record == a.first_record && fall > 0 && !after->after_startup &&
                        !other_boot(before, *after);
  if (reckoned) add_fall(clock, before, *after, steps);
}

}  // namespace

std::vector<Quantity> kind_steps(const DetectorInput& input, const Anomaly& a) {
  Steps steps;
  switch (a.kind) {
    case AnomalyKind::record_gap:
      if (a.lost_copies != 0)
        steps.push_back({"missing", static_cast<double>(a.missing_records),
                         "lines of one log that the other lacks between the two lines, which stand "
                         "in both"});
      else if (a.absent_seen > 0)
        add_absent_lines(a, steps);
      else if (a.one_job)
        add_silence(a, steps);
      else if (a.unreadable_end > 0 && !a.until_file_time)
        steps.push_back({"unreadable_end", static_cast<double>(a.unreadable_end),
                         "bytes that are no text, from the last line to the end of the file"});
      else if (a.until_file_time || a.from_file_time)
        add_file_gap(a, steps);
      else
        add_gap(input, a, steps);
      break;
    case AnomalyKind::clock_step:
      add_step(a, steps);
      break;
    case AnomalyKind::record_out_of_sequence:
      add_sequence(input.clock, a, steps);
      break;
    case AnomalyKind::boot:
      add_boot(input.clock, a, steps);
      break;
    case AnomalyKind::new_command:
      steps.push_back({"days_before", a.days_before, "of log without the job"});
      break;
    case AnomalyKind::schedule_mismatch:
      if (a.mismatch == ScheduleMismatch::line_without_job)
        steps.push_back({"due", static_cast<double>(a.due),
                         "times that the line was due while the log is whole; it never ran"});
      else
        steps.push_back({"runs", static_cast<double>(a.runs), "of the job in the log"});
      break;
    case AnomalyKind::log_rewritten:
      steps.insert(steps.end(),
                   {{"records_before", static_cast<double>(a.records_before),
                     "of the log by more than ten minutes older than its file"},
                    {"seconds", seconds_between(a.window_start, a.file_created),
                     "from the last record that is older to the time at which the file "
                     "was made"}});
      break;
    case AnomalyKind::not_a_clock:
      if (a.order_fault == OrderFault::several_counters) {
        steps.insert(
            steps.end(),
            {{"steps", static_cast<double>(a.steps), "from one job's PID to the next one's"},
             {"downward", static_cast<double>(a.downward_steps),
              fmt::format("to a smaller PID: at least {}, and {} of steps", kSeveralLeast,
                          kSeveralShare)},
             {"dealt", static_cast<double>(a.downward_steps_dealt),
              fmt::format("the same once each PID is dealt to that of {} counters which stands "
                          "closest below it",
                          input.clock.order.counters)},
             {"limit", kDealtShare * a.downward_steps / std::max(1U, input.clock.order.counters),
              fmt::format("{} downward / {}: dealt is no more than this", kDealtShare,
                          input.clock.order.counters)}});
        break;
      }
      steps.insert(
          steps.end(),
          {{"steps", static_cast<double>(a.steps), "from one job's PID to the next one's"},
           {"downward", static_cast<double>(a.downward_steps), "to a smaller PID"},
           {"share", a.downward_steps / std::max(1.0, static_cast<double>(a.steps)),
            "downward / steps: about a half at random"},
           {"unevenness", a.unevenness, "of the distances, 0 to 1"},
           {"limit",
            kEvenLeast + kEvenSlack / std::sqrt(std::max(1.0, static_cast<double>(a.steps))),
            fmt::format("{} + {} / sqrt(steps): what chance makes of even ones", kEvenLeast,
                        kEvenSlack)}});
      break;
    case AnomalyKind::pid_excess:
    case AnomalyKind::pid_deficit:
    case AnomalyKind::crontab_change:
    case AnomalyKind::activity:
      break;
  }
  return steps;
}

}  // namespace pidometer
