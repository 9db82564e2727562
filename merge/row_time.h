#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "merge/json_text.h"

namespace pidometer {

/// What a row says of its time, as written; null where it has no such key.
struct WrittenRowTime {
  const JsonMember* datetime = nullptr;
  const JsonMember* timestamp = nullptr;
  const JsonMember* date_time = nullptr;  ///< Plaso's object
  bool is_plaso = false;                  ///< psort wrote it: `timestamp` is in microseconds
};

struct RowTime {
  Timestamp time;
  bool datetime_stands = false;                ///< `datetime` names this instant as all can read it
  bool zone_assumed = false;                   ///< `datetime` has no offset and was taken for UTC
  bool differs = false;                        ///< `timestamp` is another instant than `datetime`
  std::optional<std::int64_t> timestamp = {};  ///< as written, where it is an integer
};

/// The instant of a row: that of `datetime`; of Plaso's rows, which have none, that of `timestamp`.
/// Nothing where there is none, or one that ISO 8601 cannot write (years 1 to 9999); `reason` says
/// which.
std::optional<RowTime> row_time(const WrittenRowTime& written, std::string& reason);

}  // namespace pidometer
