#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/posix_tz.h"
#include "base/result.h"
#include "base/timestamp.h"

namespace pidometer {

/// The rules of one zone, read from TZif bytes (RFC 8536, versions 1 to 4, the POSIX TZ footer
/// included). A value: copies are independent. No system database is consulted: an image's own
/// /etc/localtime decides.
class TimeZone {
 public:
  /// How a wall clock's reading maps to instants.
  enum class Kind {
    unique,     ///< one instant: `first` == `second`
    ambiguous,  ///< the hour that repeats: `first` is the earlier instant
    skipped,    ///< the hour that does not exist: both are the instant of the jump
  };
  struct Instants {
    Kind kind;
    std::chrono::sys_seconds first;
    std::chrono::sys_seconds second;
  };

  /// UTC, named "UTC".
  TimeZone();

  /// Errors: ErrorKind::unreadable where the bytes are not TZif or end too early.
  static Result<TimeZone> from_tzif(std::span<const std::byte> bytes, std::string name);

  /// A constant offset, as `+02:00`.
  static TimeZone fixed(std::chrono::minutes offset, std::string name);

  const std::string& name() const { return name_; }
  /// What from_tzif() was given; empty of a constant offset. A zone is made again from these.
  std::span<const std::byte> tzif() const { return tzif_; }
  /// Of a zone without tzif().
  std::chrono::seconds constant_offset() const { return first_offset_; }
  std::chrono::seconds offset_at(std::chrono::sys_seconds instant) const;
  /// The same in whole minutes, towards 0, as records have it.
  std::int16_t offset_minutes_at(Timestamp instant) const;
  Instants to_utc(LocalTime local) const;

 private:
  struct Transition {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;
  };

  std::string name_;
  std::vector<std::byte> tzif_;
  std::chrono::seconds first_offset_{0};  ///< before the first transition
  std::vector<Transition> transitions_;   ///< ascending
  std::optional<PosixTz> footer_;         ///< rules all instants from the last transition on
};

}  // namespace pidometer
