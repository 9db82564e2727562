#include "plugin/cron_log/year_resolver.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "plugin/cron_log/rotation.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

/// Local time runs ahead of UTC by up to 14 hours, behind by 12, and the zone may be unknown.
constexpr std::int64_t kSlack = 26 * 3600 * kMicrosPerSecond;
/// A rotation's name has the day on which it was made, by a clock of unknown zone.
constexpr std::int64_t kNameSlack = kMicrosPerDay + kSlack;
/// Between rotations: a clock set back by less than a month is no New Year (as within a file).
constexpr std::int64_t kRotationSlack = 31 * kMicrosPerDay;
/// A last line so long before the file's time stamp could be of the next year as well, if the stamp
/// or the clock was a little off.
constexpr std::int64_t kSilence = 334 * kMicrosPerDay;
/// Leap years are 4 or 8 years apart.
constexpr int kMostLeapSteps = 8;
constexpr std::int32_t kFallbackYear = 1970;
/// 1900-01-01 and 9999-01-01.
constexpr std::int64_t kFirstStamp = std::int64_t{-25567} * kMicrosPerDay;
constexpr std::int64_t kLastStamp = std::int64_t{2932532} * kMicrosPerDay;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int32_t year_of(std::int64_t micros) {
  const std::chrono::sys_days day{
      std::chrono::days(static_cast<int>(floor_divide(micros, kMicrosPerDay)))};
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

std::string date_words(std::int64_t micros) {
  const std::chrono::year_month_day date{std::chrono::sys_days{
      std::chrono::days(static_cast<int>(floor_divide(micros, kMicrosPerDay)))}};
  const auto two = [](unsigned value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day()));
}

struct Bound {
  std::int64_t micros = kNoBound;
  std::string words;
};

/// The latest time that a file's last line can have, by the file's own stamps.
Bound stamp_bound(const FileEntry& entry, const Rotation& rotation) {
  Bound bound;
  // A time stamp can be anything, hence the clamps: a date has to stay one.
  if (entry.packed) {
    bound.micros =
        std::clamp(entry.packed->time_since_epoch().count(), kFirstStamp, kLastStamp) + kSlack;
    bound.words = "gzip header time " + date_words(bound.micros - kSlack);
  } else if (entry.modified) {
    bound.micros =
        std::clamp(entry.modified->time_since_epoch().count(), kFirstStamp, kLastStamp) + kSlack;
    bound.words = "modification time " + date_words(bound.micros - kSlack);
  }
  if (rotation.date != 0) {
    using namespace std::chrono;
    const year_month_day date{year(static_cast<int>(rotation.date / 10000)),
                              month(rotation.date / 100 % 100), day(rotation.date % 100)};
    if (date.ok()) {
      const std::int64_t named =
          sys_days(date).time_since_epoch().count() * kMicrosPerDay + kNameSlack;
      if (named < bound.micros)
        bound = {named, "date in its name " + date_words(named - kNameSlack)};
    }
  }
  return bound;
}

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
  Resolver(std::span<const FileLog> logs, const std::vector<StoredRecord>& records)
      : logs_(logs), records_(records), decisions_(logs.size()) {
    for (const FileLog& log : logs) rotations_.push_back(parse_rotation(log.report.entry.path));
    order_.resize(logs.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
      if (rotations_[a].family != rotations_[b].family)
        return rotations_[a].family < rotations_[b].family;
      return is_newer(rotations_[a], rotations_[b]);
    });
  }

  std::vector<YearDecision> by_stamps() {
    walk_families([this](std::size_t file, bool) {
      return stamp_bound(logs_[file].report.entry, rotations_[file]);
    });
    return std::move(decisions_);
  }

  std::vector<YearDecision> by_user(int year) {
    given_ = true;
    const std::size_t primary = primary_file();
    if (primary == logs_.size()) return by_stamps();
    const std::int64_t last = last_of(primary);
    const auto counted = static_cast<std::int32_t>(floor_divide(last, kMicrosPerCountedYear));
    const std::int64_t anchor = local_micros(last, year - counted);
    bool beyond = false;
    const auto bound = [&](std::size_t file, bool newest) -> Bound {
      if (!newest) return {};
      if (file == primary) return {anchor, "the year given"};
      // Another log of the host: its end lies in the year that brings it next to the first one's.
      const std::int64_t other = last_of(file);
      std::int32_t base = newest_base(other, anchor);
      const std::int64_t below = anchor - local_micros(other, base);
      const std::int64_t above = local_micros(other, base + 1) - anchor;
      if (above < below) ++base;
      const std::int64_t end = local_micros(other, base);
      if (year_of(end) > year) beyond = true;
      return {end, "the year given, beside " + logs_[primary].report.entry.path};
    };
    walk_families(bound);
    if (beyond)  // the year given is that of the very last line of all
      for (YearDecision& decision : decisions_)
        for (std::int32_t& base : decision.base_years) --base;
    return std::move(decisions_);
  }

 private:
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
  std::int64_t last_of(std::size_t file) const {
    return micros_of(logs_[file].runs.back().end - 1);
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
      const Bound stamp = stamp_bound(log.report.entry, rotations_[file]);
      if (stamp.micros != kNoBound && stamp.micros - end <= 2 * kSlack) return false;
      for (std::size_t r = 0; r < log.runs.size(); ++r)
        if (!leap_years_fit(log.runs[r], decisions_[file].base_years[r] - years)) return false;
    }
    for (const std::size_t file : files) {
      YearDecision& decision = decisions_[file];
      for (std::int32_t& base : decision.base_years) base -= years;
      decision.words = "last line " +
                       date_words(local_micros(last_of(file), decision.base_years.back())) +
                       " by a February 29 in an older rotation";
      decision.doubts = {"the years are those of a February 29 in an older rotation, " +
                         std::to_string(years) +
                         " years before what the file's time allows; give --year to settle it"};
    }
    return true;
  }

  std::int64_t first_local(std::size_t file) const {
    const FileLog& log = logs_[file];
    const std::int64_t micros = micros_of(log.begin);
    const bool yearless = !log.runs.empty() && log.runs.front().begin == log.begin;
    return yearless ? local_micros(micros, decisions_[file].base_years.front()) : micros;
  }

  /// Years that a February 29 moved the file's end back.
  int decide(std::size_t file, Bound stamp, std::size_t follower) {
    if (follower != kNone && first_local(follower) + kRotationSlack < stamp.micros)
      stamp = {first_local(follower) + kRotationSlack, "first line of the next rotation"};
    const FileLog& log = logs_[file];
    YearDecision& decision = decisions_[file];
    decision = {};
    int back = 0;
    decision.base_years.resize(log.runs.size());
    decision.state = given_ ? YearState::given : YearState::inferred;
    for (std::size_t r = log.runs.size(); r-- > 0;) {
      const YearlessRun& run = log.runs[r];
      const std::int64_t last = micros_of(run.end - 1);
      Bound bound = stamp;
      if (run.end < log.end) bound = {micros_of(run.end) + kSlack, "line with a year behind it"};
      if (bound.micros == kNoBound) {
        decision.base_years[r] = kFallbackYear;
        decision.state = YearState::assumed;
        decision.words = "the lines have no year and the file no time: 1970 stands for the first";
        decision.doubts.push_back("the lines have no year and the file has no time; give --year");
        continue;
      }
      std::int32_t base = newest_base(last, bound.micros);
      const int moved = fit_leap_years(run, base, decision);
      decision.base_years[r] = base;
      if (r + 1 < log.runs.size()) continue;
      back = moved;
      const std::int64_t end = local_micros(last, base);
      decision.words = "last line " + date_words(end) + " by " + bound.words;
      if (!given_ && bound.micros - end > kSilence)
        decision.doubts.push_back("the last line lies " +
                                  std::to_string((bound.micros - end) / kMicrosPerDay) +
                                  " days before the " + bound.words +
                                  ": it could be of the next year; give --year to settle it");
    }
    return back;
  }

  int fit_leap_years(const YearlessRun& run, std::int32_t& base, YearDecision& decision) const {
    if (leap_years_fit(run, base)) return 0;
    if (given_) {
      decision.doubts.push_back(
          "February 29 is written in a year that has none; March 1 stands for it");
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

  std::span<const FileLog> logs_;
  const std::vector<StoredRecord>& records_;
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

std::vector<YearDecision> resolve_years(std::span<const FileLog> logs,
                                        const std::vector<StoredRecord>& records,
                                        std::optional<int> year) {
  Resolver resolver(logs, records);
  return year ? resolver.by_user(*year) : resolver.by_stamps();
}

}  // namespace pidometer
