#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/warning.h"

namespace pidometer {

/// What the program says to a person: everything goes to one stream (standard error), in the form
/// error / reason / help. Text out of evidence is made harmless for a terminal first. Not
/// thread-safe.
class Diagnostics {
 public:
  /// Warnings printed of one kind; the rest is counted and stands in the summary. Enough to see a
  /// pattern, few enough that an error is not scrolled away.
  static constexpr std::size_t kPrintedPerKind = 10;

  /// `stream` is not owned. `quiet` leaves errors only.
  Diagnostics(std::FILE* stream, bool color, bool quiet, bool progress);
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;
  ~Diagnostics();

  void error(const Error& error);
  void warning(const Warning& warning);
  /// A warning that has no kind, printed always: whoever says it bounds how many there are.
  void warning(std::string_view text);
  /// The closing line, and remarks that are no warning.
  void note(std::string_view text);
  /// Says how many warnings of each kind were not printed, and where they are: in this command's
  /// summary, or, where it has none (`summary`), in a scan's. Call once, at the end.
  void finish_warnings(bool summary = true);
  /// One line that is overwritten by the next; shown on a terminal only, ten times a second at
  /// most.
  void progress(std::string_view text);

  /// Takes that line away: call before anything is written to standard output, which may be the
  /// same terminal.
  void clear_progress();

  std::uint64_t warnings() const { return warnings_; }

 private:
  void print(std::string_view word, std::string_view color, std::string_view text);

  std::FILE* stream_;
  bool color_;
  bool quiet_;
  bool show_progress_;
  bool progress_shown_ = false;
  std::int64_t last_progress_ms_ = 0;
  std::uint64_t warnings_ = 0;
  std::map<WarningKind, std::size_t> by_kind_;
};

}  // namespace pidometer
