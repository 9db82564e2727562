#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"
#include "plugin/pid_clock/pid_order.h"

namespace pidometer {

/// A record beside a birth.
struct BirthBound {
  Timestamp time;
  int utc_offset_minutes = 0;
  Pid pid = 0;
  std::string filename;    ///< of the log
  std::uint32_t line = 0;  ///< from 1
  std::string text;        ///< verbatim bytes
};

/// What is known of the moment at which a PID was handed out.
enum class BirthCertainty : std::uint8_t {
  exact,        ///< a record is that process' own
  doubted,      ///< a record has that PID, and does not fit its neighbours
  bounded,      ///< the counter passed it between two records that follow one another
  before_log,   ///< if in that boot session at all: before its first record, and after the one
                ///< before it, if there is one
  after_log,    ///< likewise, after its last record, and before the next boot's first one
  unknown_way,  ///< between two records over which the counter's way is not known
};

/// One time at which the process may have been born.
struct PidBirth {
  BirthCertainty certainty = BirthCertainty::bounded;
  std::uint32_t boot_session = 1;
  std::uint32_t wraps = 0;           ///< how often the counter had gone round in that session
  std::optional<BirthBound> after;   ///< the last record before it
  std::optional<BirthBound> before;  ///< the first record behind it
  std::string reason;                ///< of unknown_way, in words; of before_log too, if need be
};

/// All births of one PID on one host.
struct HostBirths {
  std::string hostname;
  Pid pid = 0;
  Pid pid_max = 0;            ///< one more than the largest PID that is handed out; 0: not known
  std::string pid_max_basis;  ///< in words
  std::optional<TimeRange> coverage;  ///< the log's first reading and its last one
  TimeBasis time_basis;
  std::vector<PidBirth> births;  ///< in time order; those outside of the log at last
  std::uint64_t left_out = 0;    ///< births that are not in the list: there are too many
  PidOrderKind order = PidOrderKind::sequential;  ///< of any other kind nothing can be told
};

/// Whether no such PID was ever handed out, if pid_max is what it is taken for.
inline bool beyond_pid_max(const HostBirths& births) {
  return births.pid_max > 0 && births.pid >= births.pid_max;
}

/// Where the births were looked for.
struct BirthPlace {
  std::string input;
  std::string volume;  ///< empty for loose files
  std::string folder;
  bool recovered = false;
};

/// A paragraph for people: each birth, local time and UTC, with the records that bound it.
std::string birth_text(const BirthPlace& place, const HostBirths& births);

/// A row for each birth, as schemas/birth.schema.json has it; one that says why where there is
/// none.
std::string birth_jsonl(const BirthPlace& place, const HostBirths& births);

}  // namespace pidometer
