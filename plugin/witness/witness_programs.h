#pragma once

#include <span>
#include <string_view>

#include "plugin/witness/witness_line.h"

namespace pidometer {

/// A row of the table: what the PID of a program's line is.
struct WitnessProgram {
  std::string_view tag;   ///< of the program, without a path; empty: of any
  std::string_view text;  ///< what the message begins with; empty: any
  std::string_view
      pid_behind;  ///< the PID stands in the text behind these words; empty: in the tag
  WitnessAge age;
  bool explains;
  std::string_view source;  ///< program and function that write it
};

/// The table, in the order in which rows are tried; docs/witnesses.md shows it.
std::span<const WitnessProgram> witness_programs();

/// Fills pid, age and explains of a syslog line by the first row that fits; the PID of the tag and
/// WitnessAge::any where none does. `tag_pid` is 0 where the tag has none.
void judge_program(std::string_view tag, Pid tag_pid, std::string_view text, WitnessLine& line);

}  // namespace pidometer
