#pragma once

#include <cstdint>
#include <vector>

#include "base/time_zone.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Turns wall-clock times of one log, line by line in file order, into instants.
class ZoneClock {
 public:
  explicit ZoneClock(const TimeZone& zone) : zone_(zone) {}

  struct Dated {
    std::int64_t micros = 0;  ///< UTC
    std::int16_t utc_offset_minutes = 0;
  };
  /// `local_micros` since 1970-01-01 00:00 of the wall clock. `record` tells a job from its
  /// repetition an hour later, where the hour repeats.
  Dated date(std::int64_t local_micros, const StoredRecord& record);
  /// An instant that the log itself gave: what follows may not run behind it.
  void see(std::int64_t micros) { last_ = micros; }

  /// Lines whose time does not exist in this zone: the zone is wrong, or the clock was.
  std::uint64_t skipped_times() const { return skipped_; }

 private:
  bool is_second_pass(std::int64_t first_micros, const StoredRecord& record);

  /// A job seen in the repeating hour's first pass.
  struct Seen {
    std::uint32_t label = 0;
    Pid pid = 0;
    std::int64_t micros = 0;
  };

  const TimeZone& zone_;
  std::int64_t cell_begin_ = INT64_MAX;  ///< micros, of a quarter of an hour with one offset
                                         ///< throughout
  std::int64_t cell_offset_ = 0;         ///< seconds
  std::int64_t last_ = INT64_MIN;
  std::vector<Seen> first_pass_;
  std::uint64_t skipped_ = 0;
};

}  // namespace pidometer
