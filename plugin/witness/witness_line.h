#pragma once

#include <cstdint>
#include <string_view>

#include "base/pid.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {

/// What the moment of a line says about the age of its process.
enum class WitnessAge : std::uint8_t {
  newborn,  ///< the process writes the line as its first act: the counter stood at its PID then
  any,      ///< it was born no later than the line
  ending,   ///< the line speaks of its end
};

/// What one line or record says, as views into it. Undated as to year and zone.
struct WitnessLine {
  enum class Kind : std::uint8_t {
    line,
    aside,   ///< says nothing here: cron's own record, a heading
    unread,  ///< not of the source's form
  };
  Kind kind = Kind::aside;
  UndatedTime time;
  std::string_view hostname;  ///< empty where the form has none
  std::string_view text;      ///< of a syslog line: what stands behind the tag
  Pid pid = 0;                ///< 0: none
  WitnessAge age = WitnessAge::any;
  bool explains = false;         ///< names an innocent cause: packages, rotation, sudo
  const char* reason = nullptr;  ///< of aside and unread
};

}  // namespace pidometer
