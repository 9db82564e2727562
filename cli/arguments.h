#pragma once

#include <string>

#include "base/result.h"
#include "cli/options.h"

namespace pidometer {

/// What the arguments ask for.
struct ParsedArguments {
  Options options;
  std::string
      text;  ///< help or version to print on standard output instead of running; empty otherwise
};

/// Errors: ErrorKind::usage, with the help to call.
Result<ParsedArguments> parse_arguments(int argc, const char* const* argv);

}  // namespace pidometer
