#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pidometer {

/// A record of a CSV file, and the line on which it begins, from 1.
struct CsvRecord {
  std::vector<std::string> fields;
  std::size_t line = 1;
};

/// Reads CSV as RFC 4180 has it, the head as any record; empty lines are passed over. `name` is the
/// file's, `help` the remedy. Errors: ErrorKind::usage, with the line.
Result<std::vector<CsvRecord>> read_csv(std::string_view bytes, const std::string& name,
                                        std::string_view help);

}  // namespace pidometer
