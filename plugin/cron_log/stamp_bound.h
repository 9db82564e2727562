#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/log_file.h"
#include "plugin/cron_log/rotation.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {

/// Local time runs ahead of UTC by up to 14 hours, behind by 12, and the zone may be unknown.
inline constexpr std::int64_t kSlack = 26 * 3600 * kMicrosPerSecond;
/// A rotation's name has the day on which it was made, by a clock of unknown zone.
inline constexpr std::int64_t kNameSlack = kMicrosPerDay + kSlack;
inline constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();

struct Bound {
  std::int64_t micros = kNoBound;
  std::string words;
  std::int64_t slack = kSlack;  ///< `micros` lies so far behind what the words name
  bool is_modified = false;     ///< the words name the modification time
  std::string doubt = {};       ///< why another year is as likely; empty: it is not
};

/// Which of a packed file's two times its last line is dated by.
enum class PackedStamp { header, modified };

/// The latest time that a file's last line can have, by the file's own stamps.
Bound stamp_bound(const FileEntry& entry, const Rotation& rotation,
                  PackedStamp packed = PackedStamp::header);

/// Rounds down.
std::int64_t floor_divide(std::int64_t value, std::int64_t by);
std::int32_t year_of(std::int64_t micros);
/// 2026-11-02
std::string date_words(std::int64_t micros);

}  // namespace pidometer
