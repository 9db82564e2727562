#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/timestamp.h"

namespace pidometer {

/// The instant of a file's stored time. Nothing outside of the years 1 to 9999: no file is of then,
/// and ISO 8601 has no words for it.
inline std::optional<Timestamp> file_time(std::int64_t seconds, std::int64_t nanoseconds) {
  constexpr std::int64_t kYear1 = -62'135'596'800;
  constexpr std::int64_t kYear10000 = 253'402'300'800;
  if (seconds < kYear1 || seconds >= kYear10000) return std::nullopt;
  return Timestamp(std::chrono::seconds(seconds) + std::chrono::microseconds(nanoseconds / 1000));
}

}  // namespace pidometer
