#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// How a line of another log belongs to a finding's window. Spelled as in the rows.
enum class WitnessRelation : std::uint8_t {
  born_in_window,  ///< its PID was handed out in the window, in that boot session
  seen_in_window,  ///< its time lies in the window; its PID, where it has one, is of another time
};

/// One line of another log beside a finding. Text owned.
struct Witness {
  Timestamp time;
  std::string filename;    ///< the path on its volume
  std::uint32_t line = 0;  ///< from 1; of a binary log the number of the record
  Pid pid = 0;             ///< 0: the line has none
  std::string text;  ///< verbatim, or a binary record in words; at most kMostWitnessText bytes
  WitnessRelation relation = WitnessRelation::seen_in_window;
};

/// What is quoted of a line: as much as an audit record with its paths has.
inline constexpr std::size_t kMostWitnessText = 512;

/// All that other logs say about one window.
struct WindowWitnesses {
  std::vector<Witness> witnesses;  ///< by time; the most telling ones where there are many
  /// All that there are, listed or not; so many at most where damage shows only at a stream's end.
  std::uint64_t total = 0;
  /// The excess lies within, by PIDs that are provably fresh: see docs/witnesses.md.
  std::optional<Timestamp> narrowed_start;
  std::optional<Timestamp> narrowed_end;
};

/// What became of one file of witnesses, for the summary.
struct WitnessReport {
  std::string filename;
  std::string source;       ///< row of the table of witness sources
  std::uint64_t lines = 0;  ///< lines or records
  std::uint64_t dated = 0;
  std::uint64_t with_pid = 0;  ///< of the dated ones
  /// Lie in some finding's window, by PID or time. It and those above count lines too that only
  /// the end of a stream (a checksum) shows to be damaged; none of these is quoted.
  std::uint64_t matched = 0;
  std::map<std::string, std::uint64_t> not_taken;  ///< lines that gave no witness, by reason
  std::string not_used;  ///< why the file as a whole gave none; empty where it was read
};

}  // namespace pidometer
