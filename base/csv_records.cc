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

/// On which line the quotation of the field under way began: a mark without its partner takes in
/// all that follows, so that the parser stumbles far behind it, or at the end of the file.
class OpenQuotation {
 public:
  void take(char byte, std::size_t line) {
    if (byte == '"') {
      // A mark right behind the closing one is a mark of the text, and the field goes on.
      if (!open_ && begin_ == 0) begin_ = line;
      open_ = !open_;
    } else if (!open_ && (byte == ',' || byte == '\r' || byte == '\n')) {
      begin_ = 0;
    }
  }

  /// 0: the field has none.
  std::size_t begin() const { return begin_; }

 private:
  bool open_ = false;
  std::size_t begin_ = 0;
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
  OpenQuotation quotation;
  // Byte by byte, so that a record knows its line; such files are small.
  for (const char byte : bytes) {
    if (found.begin == 0 && byte != '\r' && byte != '\n') found.begin = found.line;
    good = csv_parse(&parser, &byte, 1, field, end, &found) == 1;
    if (!good) break;
    quotation.take(byte, found.line);
    if (byte == '\n') ++found.line;
  }
  good = good && csv_fini(&parser, field, end, &found) == 0;
  csv_free(&parser);
  if (!good)
    return fail(
        ErrorKind::usage,
        "line " + std::to_string(quotation.begin() > 0 ? quotation.begin() : found.line) + " of " +
            name + " is no CSV",
        quotation.begin() > 0
            ? "a quotation mark opens there whose partner is missing, or has something behind it"
            : "a quotation mark stands where none may stand",
        std::string(help));
  return std::move(found.records);
}

}  // namespace pidometer
