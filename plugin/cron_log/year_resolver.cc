#include "plugin/cron_log/year_resolver.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "plugin/cron_log/rotation.h"
#include "plugin/cron_log/stamp_bound.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

/// Between rotations: a clock set back by less than a month is no New Year (as within a file).
constexpr std::int64_t kRotationSlack = 31 * kMicrosPerDay;
/// A last line so long before the file's time stamp could be of the next year as well, if the stamp
/// or the clock was a little off.
constexpr std::int64_t kSilence = 334 * kMicrosPerDay;
/// Leap years are 4 or 8 years apart.
constexpr int kMostLeapSteps = 8;
constexpr std::int32_t kFallbackYear = 1970;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

std::int32_t newest_base(std::int64_t last, std::int64_t bound) {
  const auto counted = static_cast<std::int32_t>(floor_divide(last, kMicrosPerCountedYear));
  std::int32_t base = year_of(bound) + 1 - counted;
  while (local_micros(last, base) > bound) --base;
  return base;
}

bool leap_years_fit(const YearlessRun& run, std::int32_t base) {
  return std::all_of(run.leap_years.begin(), run.leap_years.end(), [base](std::int64_t counted) {
    return is_leap_year(base + static_cast<std::int32_t>(counted));
  });
}

class Resolver {
 public:
  Resolver(std::span<FileLog> logs, std::vector<StoredRecord>& records)
      : logs_(logs), records_(records), decisions_(logs.size()) {
    for (const FileLog& log : logs_) rotations_.push_back(parse_rotation(log.report.entry.path));
    order_.resize(logs.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
      if (rotations_[a].family != rotations_[b].family)
        return rotations_[a].family < rotations_[b].family;
      return is_newer(rotations_[a], rotations_[b]);
    });
  }

  std::vector<YearDecision> by_stamps() {
    walk_families([this](std::size_t file, bool) { return stamp_of(file); });
    doubt_copies();
    return std::move(decisions_);
  }

  std::vector<YearDecision> by_user(int year) {
    given_ = true;
    const std::size_t primary = primary_file();
    if (primary == logs_.size()) return by_stamps();
    for (FileLog& log : logs_)
      for (YearlessRun& run : log.runs) settle_end_by_month_order(run);
    // The year given is that of the very last line of all: of another log's, if that ends later.
    if (walk_from(primary, year, year)) walk_from(primary, year - 1, year);
    return std::move(decisions_);
  }

 private:
  /// Finds all years from that of the last line of `primary`. True where a file ends beyond `most`.
  bool walk_from(std::size_t primary, int year, int most) {
    const std::int64_t last = last_of(primary);
    const auto counted = static_cast<std::int32_t>(floor_divide(last, kMicrosPerCountedYear));
    const std::int64_t anchor = local_micros(last, year - counted);
    bool beyond = false;
    walk_families([&](std::size_t file, bool newest) -> Bound {
      if (!newest) return {};
      if (file == primary) return {anchor, "the year given", 0};
      // Another log of the host: its end lies in the year that brings it next to the first one's.
      const std::int64_t other = last_of(file);
      std::int32_t base = newest_base(other, anchor);
      const std::int64_t below = anchor - local_micros(other, base);
      const std::int64_t above = local_micros(other, base + 1) - anchor;
      if (above < below) ++base;
      const std::int64_t end = local_micros(other, base);
      if (year_of(end) > most) beyond = true;
      return {end, "the year given, beside " + logs_[primary].report.entry.path, 0};
    });
    return beyond;
  }

  /// The family with most yearless lines: its newest file.
  std::size_t primary_file() const {
    std::size_t best = logs_.size();
    std::size_t best_lines = 0;
    for (std::size_t i = 0; i < order_.size();) {
      std::size_t lines = 0;
      std::size_t newest = logs_.size();
      const std::string& family = rotations_[order_[i]].family;
      for (; i < order_.size() && rotations_[order_[i]].family == family; ++i) {
        const FileLog& log = logs_[order_[i]];
        if (log.runs.empty()) continue;
        if (newest == logs_.size()) newest = order_[i];
        for (const YearlessRun& run : log.runs) lines += run.end - run.begin;
      }
      if (lines > best_lines) {
        best_lines = lines;
        best = newest;
      }
    }
    return best;
  }

  std::int64_t micros_of(std::size_t record) const {
    return records_[record].time.time_since_epoch().count();
  }
  std::int64_t last_of(std::size_t file) const { return micros_of(logs_[file].runs.back().last); }

  /// A gzip header has the time of the file that was packed, which is that of its last line, unless
  /// a tool wrote its own; the packed file's own time is as good where it was kept. Where they give
  /// different years the header's is taken if the last line lies no more than the log's usual
  /// silence before it, or else that of the two which lies closer to that line; a header's that is
  /// taken is not doubted up to the time of a rotation.
  Bound stamp_of(std::size_t file) const {
    const FileLog& log = logs_[file];
    const FileEntry& entry = log.report.entry;
    Bound header = stamp_bound(entry, rotations_[file]);
    if (!entry.packed || !entry.modified || log.runs.empty()) return header;
    Bound own = stamp_bound(entry, rotations_[file], PackedStamp::modified);
    const std::int64_t last = last_of(file);
    const std::int64_t by_header = local_micros(last, newest_base(last, header.micros));
    const std::int64_t by_own = local_micros(last, newest_base(last, own.micros));
    if (by_header == by_own) return header;
    const std::int64_t header_silence = header.micros - header.slack - by_header;
    const std::int64_t own_silence = own.micros - own.slack - by_own;
    const std::int64_t fits = kSlack + std::max(kMicrosPerDay, log.runs.back().usual_step);
    const bool header_wins = header_silence <= fits || header_silence <= own_silence;
    Bound& taken = header_wins ? header : own;
    const Bound& other = header_wins ? own : header;
    const std::string other_words =
        other.words + " would make it " + date_words(header_wins ? by_own : by_header);
    if (std::min(header_silence, own_silence) > kRotationSlack || !header_wins)
      taken.doubt = "the file has two times: the " + taken.words +
                    " lies closest behind its last line and dates it, the " + other_words +
                    "; give --year to settle it";
    taken.words += "; the " + other_words;
    return taken;
  }

  template <typename BoundOf>
  void walk_families(const BoundOf& bound_of) {
    std::vector<std::size_t> newer;  // of the family, newest first
    std::size_t follower = kNone;    // of the file before
    for (const std::size_t file : order_) {
      if (!newer.empty() && rotations_[newer.front()].family != rotations_[file].family) {
        newer.clear();
        follower = kNone;
      }
      const FileLog& log = logs_[file];
      if (log.begin == log.end) continue;
      // Two copies of one rotation have the same place, not one behind the other.
      const bool same_place =
          !newer.empty() && !is_newer(rotations_[newer.back()], rotations_[file]);
      if (!same_place && !newer.empty()) follower = newer.back();
      if (!log.runs.empty()) {
        const Bound own = bound_of(file, follower == kNone);
        const int back = decide(file, own, follower);
        if (back > 0 && follower != kNone && move_back(newer, back)) decide(file, own, follower);
      }
      newer.push_back(file);
    }
  }

  /// A February 29 says the year of its rotation, and with it that of the rotations behind it, as
  /// long as none of them has a time stamp that its last line confirms: they were copied later.
  bool move_back(std::span<const std::size_t> files, int years) {
    for (const std::size_t file : files) {
      const FileLog& log = logs_[file];
      if (log.has_zoneless || log.has_offsets) return false;
      const std::int64_t end = local_micros(last_of(file), decisions_[file].base_years.back());
      const Bound stamp = stamp_of(file);
      if (stamp.micros != kNoBound && stamp.micros - end <= 2 * kSlack) return false;
      for (std::size_t r = 0; r < log.runs.size(); ++r)
        if (!leap_years_fit(log.runs[r], decisions_[file].base_years[r] - years)) return false;
    }
    for (const std::size_t file : files) {
      YearDecision& decision = decisions_[file];
      for (std::int32_t& base : decision.base_years) base -= years;
      decision.words = "last line " +
                       date_words(local_micros(last_of(file), decision.base_years.back())) +
                       " (host's clock) by a February 29 in an older rotation";
      decision.doubts = {"the years are those of a February 29 in an older rotation, " +
                         std::to_string(years) +
                         " years before what the file's time allows; give --year to settle it"};
    }
    return true;
  }

  std::int64_t first_local(std::size_t file) const {
    const FileLog& log = logs_[file];
    const bool yearless = !log.runs.empty() && log.runs.front().begin == log.begin;
    const std::int64_t micros = micros_of(yearless ? log.runs.front().first : log.begin);
    return yearless ? local_micros(micros, decisions_[file].base_years.front()) : micros;
  }

  /// Years that a February 29 moved the file's end back.
  int decide(std::size_t file, Bound stamp, std::size_t follower) {
    if (follower != kNone && first_local(follower) + kRotationSlack < stamp.micros)
      stamp = {first_local(follower) + kRotationSlack, "first line of the next rotation",
               kRotationSlack};
    FileLog& log = logs_[file];
    YearDecision& decision = decisions_[file];
    decision = {};
    int back = 0;
    decision.base_years.resize(log.runs.size());
    decision.state = given_ ? YearState::given : YearState::inferred;
    for (std::size_t r = log.runs.size(); r-- > 0;) {
      YearlessRun& run = log.runs[r];
      Bound bound = stamp;
      if (run.end < log.end) bound = {micros_of(run.end) + kSlack, "line with a year behind it"};
      if (bound.micros == kNoBound) {
        decision.base_years[r] = kFallbackYear;
        decision.state = YearState::assumed;
        decision.words = "the lines have no year and the file no time: 1970 stands for the first";
        decision.doubts.push_back("the lines have no year and the file has no time; give --year");
        continue;
      }
      settle_end(run, bound);
      const std::int64_t last = micros_of(run.last);
      std::int32_t base = newest_base(last, bound.micros);
      const int moved = fit_leap_years(run, base, decision);
      decision.base_years[r] = base;
      if (r + 1 < log.runs.size()) continue;
      back = moved;
      const std::int64_t end = local_micros(last, base);
      decision.words = "last line " + date_words(end) + " (host's clock) by " + bound.words;
      if (!given_ && !bound.doubt.empty()) decision.doubts.push_back(bound.doubt);
      if (bound.is_modified && moved == 0 && run.end == log.end && run.begin == log.begin)
        decision.only_modified = bound.micros - bound.slack - end;
      if (!given_ && bound.micros - end > kSilence)
        decision.doubts.push_back("the last line lies " +
                                  std::to_string((bound.micros - end) / kMicrosPerDay) +
                                  " days before the " + bound.words +
                                  ": it could be of the next year; give --year to settle it");
    }
    return back;
  }

  /// Lines at the end of a run that lie apart from it are the log's where the file's time confirms
  /// them. They are strays where it confirms the lines before them, or where they are few and
  /// month order would move the year of all others.
  void settle_end(YearlessRun& run, const Bound& bound) {
    if (run.doubtful_end.parts.empty()) return;
    if (given_) return settle_end_by_month_order(run);
    const auto confirms = [&](std::size_t record) {
      const std::int64_t micros = micros_of(record);
      const std::int64_t end = local_micros(micros, newest_base(micros, bound.micros));
      return bound.micros - end <= bound.slack + kSlack;
    };
    const bool strays = !confirms(run.last) && confirms(run.doubtful_end.parts.front().begin - 1);
    if (!strays && confirms(run.last))
      run.doubtful_end = {};
    else if (strays)
      make_strays(run);
    else
      settle_end_by_month_order(run);
  }

  void settle_end_by_month_order(YearlessRun& run) {
    if (run.doubtful_end.few && run.doubtful_end.steps_back) make_strays(run);
    run.doubtful_end = {};
  }

  void make_strays(YearlessRun& run) {
    const auto parts = std::move(run.doubtful_end.parts);
    run.doubtful_end = {};
    for (const DoubtfulEnd::Part& part : parts)
      for (std::size_t i = part.begin; i < part.end; ++i)
        records_[i].time -= std::chrono::microseconds(part.years_back * kMicrosPerCountedYear);
    const std::size_t begin = parts.front().begin;
    std::erase_if(run.strays, [&](const StrayLines& strays) { return strays.begin >= begin; });
    std::erase_if(run.holes, [&](const YearHole& hole) { return hole.record >= begin; });
    run.strays.push_back({begin, run.end, false});
    run.last = begin - 1;
    while (run.strays.size() > 1 && run.strays[run.strays.size() - 2].end == run.last + 1)
      run.last = run.strays[run.strays.size() - 2].begin - 1, run.strays.pop_back();
  }

  /// The time of a live log is that of its last line, or its host wrote no more than a day's lines
  /// less: cron.daily runs on any host. A longer silence before the end of a log that has no such
  /// silences says that a copy did not keep the time, unless its end is lost to damage. Rotations
  /// follow from the log behind them, or their names tell, and one of the family's times that fits
  /// confirms them all.
  void doubt_copies() {
    std::size_t worst = kNone;
    std::size_t others = 0;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const FileLog& log = logs_[i];
      const YearDecision& decision = decisions_[i];
      if (rotations_[i].number != 0 || rotations_[i].date != 0 || log.runs.size() != 1 ||
          log.lost_end)
        continue;
      const std::int64_t silence = std::max(kMicrosPerDay, log.runs.front().usual_step);
      if (decision.only_modified <= kSlack + silence || !decision.doubts.empty()) continue;
      if (is_confirmed(i) || latest_fits(i, silence)) continue;
      if (worst != kNone) ++others;
      if (worst == kNone || decision.only_modified > decisions_[worst].only_modified) worst = i;
    }
    if (worst == kNone) return;
    decisions_[worst].doubts.push_back(
        "modified " + std::to_string(decisions_[worst].only_modified / kMicrosPerDay) +
        " days after its last line" +
        (others > 0
             ? " (and so " + std::to_string(others) + (others == 1 ? " other log)" : " other logs)")
             : "") +
        ": a copy that lost its time? --year names the year of the last line");
  }

  /// A clock set back leaves the latest line in front of the last.
  bool latest_fits(std::size_t file, std::int64_t silence) const {
    const YearlessRun& run = logs_[file].runs.front();
    std::int64_t latest = micros_of(run.last);
    for (std::size_t i = run.begin; i < run.end; ++i) latest = std::max(latest, micros_of(i));
    const std::int32_t base = decisions_[file].base_years.front();
    const std::int64_t ahead = local_micros(latest, base) - local_micros(micros_of(run.last), base);
    const std::int64_t rest = decisions_[file].only_modified - ahead;
    return rest <= kSlack + silence && rest >= -kSlack;
  }

  bool is_confirmed(std::size_t file) const {
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      if (i == file || logs_[i].begin == logs_[i].end) continue;
      if (rotations_[i].family != rotations_[file].family) continue;
      if (logs_[i].runs.empty()) return true;
      const Bound stamp = stamp_of(i);
      const std::int64_t end = local_micros(last_of(i), decisions_[i].base_years.back());
      // A date in a name has a year of its own, and is off by no more than a rotation.
      const std::int64_t agreed = stamp.slack == kNameSlack ? kRotationSlack : stamp.slack + kSlack;
      if (stamp.micros != kNoBound && stamp.micros - end <= agreed) return true;
    }
    return false;
  }

  /// The years closest to the one given that have all the days that are written.
  static std::string leap_years_around(const YearlessRun& run, std::int32_t base) {
    std::string words;
    for (const int way : {-1, 1}) {
      int step = way;
      while (step * way <= kMostLeapSteps && !leap_years_fit(run, base + step)) step += way;
      if (step * way > kMostLeapSteps) continue;
      words += words.empty() ? "; February 29 would be of " : " or ";
      words += std::to_string(base + step + static_cast<std::int32_t>(run.leap_years.back()));
    }
    return words;
  }

  int fit_leap_years(const YearlessRun& run, std::int32_t& base, YearDecision& decision) const {
    if (leap_years_fit(run, base)) return 0;
    if (given_) {
      // what the lines themselves contradict is not exact
      decision.state = YearState::assumed;
      decision.doubts.push_back(
          "February 29 is written in a year that has none: the year given is wrong; March 1 stands "
          "for it, and the clock seems to be set back by a day there" +
          leap_years_around(run, base));
      return 0;
    }
    for (int step = 1; step <= kMostLeapSteps; ++step) {
      if (!leap_years_fit(run, base - step)) continue;
      base -= step;
      return step;
    }
    decision.doubts.push_back("no years fit all lines of February 29");
    return 0;
  }

  std::span<FileLog> logs_;
  std::vector<StoredRecord>& records_;
  std::vector<YearDecision> decisions_;
  std::vector<Rotation> rotations_;
  std::vector<std::size_t> order_;  ///< by family, newest first
  bool given_ = false;
};

}  // namespace

std::int64_t local_micros(std::int64_t counted, std::int32_t base_year) {
  const std::int64_t year = floor_divide(counted, kMicrosPerCountedYear);
  const std::int64_t within = counted - year * kMicrosPerCountedYear;
  const std::int64_t day = within / kMicrosPerDay;
  return days_of(base_year + static_cast<std::int32_t>(year), day) * kMicrosPerDay +
         within % kMicrosPerDay;
}

std::vector<YearDecision> resolve_years(std::span<FileLog> logs, std::vector<StoredRecord>& records,
                                        std::optional<int> year) {
  Resolver resolver(logs, records);
  return year ? resolver.by_user(*year) : resolver.by_stamps();
}

}  // namespace pidometer
