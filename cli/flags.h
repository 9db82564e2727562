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

/// One flag of the command line: the help is made from this table and from nothing else.
struct Flag {
  std::string_view names;     ///< `-o,--output`
  std::string_view argument;  ///< `FILE`; empty for a switch
  std::string_view help;      ///< one line, lower case, no final stop
  bool scan = false;          ///< belongs to `pidometer scan`
  bool extract = false;       ///< belongs to `pidometer extract`
  bool explain = false;       ///< belongs to `pidometer explain`
  void (*bind)(CLI::App& app, const Flag& flag, Options& options) = nullptr;
};

/// THE table, in the order of the help.
std::span<const Flag> flags();

/// What the arguments ask for.
struct ParsedArguments {
  Options options;
  std::string
      text;  ///< help or version to print on standard output instead of running; empty otherwise
};

/// Errors: ErrorKind::usage, with the help to call.
Result<ParsedArguments> parse_arguments(int argc, const char* const* argv);

}  // namespace pidometer
