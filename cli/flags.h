#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"

namespace CLI {
class App;
}

namespace pidometer {

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

/// One flag of the command line: the help is made from this table and from nothing else.
struct Flag {
  std::string_view names;     ///< `-o,--output`
  std::string_view argument;  ///< `FILE`; empty for a switch
  std::string_view help;      ///< one line, lower case, no final stop
  unsigned commands = 0;      ///< CommandBits
  void (*bind)(CLI::App& app, const Flag& flag, Options& options) = nullptr;
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
/// As it is typed; empty for none.
std::string_view command_name(Command command);

/// What the arguments ask for.
struct ParsedArguments {
  Options options;
  std::string
      text;  ///< help or version to print on standard output instead of running; empty otherwise
};

/// Errors: ErrorKind::usage, with the help to call.
Result<ParsedArguments> parse_arguments(int argc, const char* const* argv);

}  // namespace pidometer
