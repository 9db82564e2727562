#include "base/csv_records.h"

#include <csv.h>

#include <string>
#include <utility>

namespace pidometer {
namespace {

struct Reading {
  std::vector<std::string> row;
  std::vector<CsvRecord> records;
  std::size_t line = 1;
  std::size_t begin = 0;  ///< of the record under way; 0: none
};

}  // namespace

Result<std::vector<CsvRecord>> read_csv(std::string_view bytes, const std::string& name,
                                        std::string_view help) {
  csv_parser parser;
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_APPEND_NULL);
  Reading found;
  const auto field = [](void* text, size_t size, void* data) {
    static_cast<Reading*>(data)->row.emplace_back(static_cast<const char*>(text), size);
  };
  const auto end = [](int, void* data) {
    auto& all = *static_cast<Reading*>(data);
    if (!all.row.empty()) all.records.push_back({std::exchange(all.row, {}), all.begin});
    all.begin = 0;
  };
  bool good = true;
  // Byte by byte, so that a record knows its line; such files are small.
  for (const char byte : bytes) {
    if (found.begin == 0 && byte != '\r' && byte != '\n') found.begin = found.line;
    good = csv_parse(&parser, &byte, 1, field, end, &found) == 1;
    if (!good) break;
    if (byte == '\n') ++found.line;
  }
  good = good && csv_fini(&parser, field, end, &found) == 0;
  csv_free(&parser);
  if (!good)
    return fail(ErrorKind::usage,
                "line " + std::to_string(found.line) + " of " + name + " is no CSV",
                "a quotation mark stands where none may stand, or its partner is missing",
                std::string(help));
  return std::move(found.records);
}

}  // namespace pidometer
