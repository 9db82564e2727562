#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/step_limit.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/timeline/row_formats.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

enum class Command { none, scan, report, when, schedule, extract, explain, merge };
enum class ColorMode { automatic, always, never };

/// What the command line said, checked one option at a time. Options of other commands keep their
/// defaults.
struct Options {
  std::vector<std::string> command_line;  ///< as given, with the program's name
  Command command = Command::none;
  std::vector<std::string> inputs;
  std::vector<std::string> roots;  ///< --root: root folders of systems, after the inputs
  InputKind as = InputKind::automatic;
  ColorMode color = ColorMode::automatic;
  bool quiet = false;
  bool force = false;       ///< outputs may replace files; a fleet begins anew
  bool recover = false;     ///< deleted and overwritten logs too
  bool partial_ok = false;  ///< exit status 3 becomes 0
  std::string summary;      ///< file name; empty: none
  /// Seconds of CPU time of one step of reading; 0: no limit.
  int step_limit = kUsualStepLimit;

  // scan, some of others too: cli/flags.cc says of which a flag is
  std::string case_file;  ///< --case: list of the images of a fleet
  int jobs = 0;           ///< images at once; 0: not said
  bool resume = false;    ///< keep what an earlier fleet of the folder completed
  bool reports = false;   ///< of a fleet: a report of each image
  bool hash = false;      ///< hashes of the inputs' media bytes too
  std::string hostname;   ///< --host: of the host that the evidence is of

  // what is written of the evidence, and how it is judged
  std::string output;  ///< file name; empty or "-": standard output
  std::string report;  ///< file name of the HTML report beside the rows; empty: none
  const RowFormat* format = &row_formats().front();
  bool format_given = false;
  /// -f summary, or what a terminal gets where no form, file or record is asked for.
  bool terminal_summary = false;
  std::string timezone;     ///< IANA name or +HH:MM; empty: the evidence decides
  std::optional<int> year;  ///< of the last line
  std::optional<Pid> pid_max;
  std::string since;  ///< ISO 8601, as written
  std::string until;
  /// --witnesses, --no-witnesses; neither: all inputs but loose logs have them.
  std::optional<bool> witnesses;
  bool records = false;
  Level min_level = Level::informational;

  // questions of one command or two
  Pid birth_of = 0;            ///< --pid of `when`
  std::string near;            ///< --near of `when`: ISO 8601, as written
  std::string known;           ///< file of known work; empty: none
  bool known_others = false;   ///< it is a list for more hosts than are read
  bool json = false;           ///< of `when` and `schedule`: JSON lines instead of text
  bool crontab_lines = false;  ///< --crontab of `schedule`
  std::string explain;         ///< finding_id that is asked for; empty: a scan

  // merge
  bool verbatim = false;
  bool dedup = false;
  std::string left_out;  ///< file name; empty: none

  // extract, and scan of a fleet
  std::string directory;
  bool all_logs = false;
  std::string examiner;  ///< who extracts, for the record of custody; empty: not said

  // labels
  std::string case_id;  ///< empty: not said
  std::string evidence_id;
};

}  // namespace pidometer
