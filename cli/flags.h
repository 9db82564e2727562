#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"

namespace CLI {
class App;
}

namespace pidometer {

/// Said of an empty value. It is a variable of a script that was not set: as if the option were not
/// there it would leave out the known work, the end, or the report that somebody counts on.
inline constexpr std::string_view kValueIsEmpty =
    "its value is empty: give one, or leave the option out";

/// The commands that a flag belongs to, as bits.
enum CommandBits : unsigned {
  in_scan = 1,
  in_extract = 2,
  in_explain = 4,
  in_report = 8,
  in_when = 16,
  in_schedule = 32,
  in_merge = 64,
  /// all that judge logs
  in_analysis = in_scan | in_explain | in_report | in_when | in_schedule,
  in_reading = in_analysis | in_extract,  ///< all that read evidence
  in_all = in_reading | in_merge,
};

/// The words that a flag's argument is one of, in the order of the help.
using FlagWords = std::vector<std::string_view> (*)();

/// One flag of the command line: the help, the manual page and the completions of the shells are
/// made from this table and from nothing else.
struct Flag {
  std::string_view names;     ///< `-o,--output`
  std::string_view argument;  ///< `FILE`; empty for a switch
  std::string_view help;      ///< one line, lower case, no final stop
  unsigned commands = 0;      ///< CommandBits
  void (*bind)(CLI::App& app, const Flag& flag, Options& options) = nullptr;
  FlagWords words = nullptr;  ///< null: any argument
};

/// THE table, in the order of the help.
std::span<const Flag> flags();

/// A command of the program.
struct CommandEntry {
  Command command = Command::none;
  CommandBits bit = in_scan;
  const char* name = "";
  const char* help = "";         ///< one sentence
  std::string_view inputs = {};  ///< what it takes
  std::string_view examples = {};
};

/// THE table of commands, in the order of the help.
std::span<const CommandEntry> commands();
/// What the program is for, and examples: the head of its help.
std::string_view program_help();

/// An exit status, and what it says.
struct ExitStatusEntry {
  int status = 0;
  std::string_view words;
  unsigned commands = 0;  ///< CommandBits
};

std::span<const ExitStatusEntry> exit_statuses();

/// A flag's help with its words.
std::string flag_help(const Flag& flag);

/// As it is typed; empty for none.
std::string_view command_name(Command command);

/// As --as takes it; `automatic` where it is not given.
std::string_view input_kind_name(InputKind kind);

}  // namespace pidometer
