#include <string>

#include "plugin/explain_steps.h"
#include "plugin/timeline/names.h"

namespace pidometer {
namespace {

using Steps = std::vector<Quantity>;

/// That the level is no higher than `most`, and why.
void add_most(const char* name, Level most, const std::string& why, Steps& steps) {
  const char* const at_most = most == Level::low ? "low at most: " : "medium at most: ";
  steps.push_back({name, static_cast<double>(most), at_most + why});
}

}  // namespace

std::vector<Quantity> level_steps(const DetectorInput& input, const Anomaly& a) {
  Steps steps;
  if (a.level_bound == LevelBound::unknown_job || a.level_bound == LevelBound::odd_minute)
    steps.push_back({"least_level", static_cast<double>(Level::low),
                     "low at least: score_if_known would be an alarm"});
  if (a.level_bound != LevelBound::none)
    add_most("most_level", Level::low, std::string(level_bound_words(a.level_bound)), steps);
  if (a.kind == AnomalyKind::pid_deficit)
    add_most("most_level_of_deficit", Level::low, "a job that did less is no alarm", steps);
  if (a.may_be_boot && (a.kind == AnomalyKind::pid_excess || a.kind == AnomalyKind::record_gap))
    add_most("most_level_by_boot", Level::low,
             "the host may have been booted in it, and its counter have come as far again", steps);
  if (a.kind == AnomalyKind::record_gap && a.excess_pids > 0 &&
      a.cause == GapCause::evidence_damaged)
    add_most("most_level_by_damage", kMostBesideDamage,
             "of the surplus: lost lines of jobs may have taken it", steps);
  if (may_be_random(input.clock))
    add_most("most_level_of_log", Level::low,
             "the log is short and its PIDs fall so often that they may be handed out at random",
             steps);
  if (a.known_inside)
    steps.push_back({"known", 1, "levels lower: it lies wholly in work that is known (--known)"});
  steps.push_back({"row_level", static_cast<double>(a.level),
                   "0 informational, 1 low, 2 medium, 3 high, 4 critical"});
  return steps;
}

}  // namespace pidometer
