#include "cli/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/terminal.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"

namespace pidometer {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";
/// Of a line that is overwritten: it is read at a glance.
constexpr std::size_t kProgressColumns = 78;

std::string where(const Warning& warning) {
  std::string text = warning.image;
  const auto add = [&text](std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += ": ";
    text += part;
  };
  add(warning.volume);
  if (warning.path != warning.image) add(warning.path);  // a loose file is its own input
  if (warning.line != 0) add(fmt::format("line {}", warning.line));
  if (warning.range && warning.line == 0) {
    if (warning.range->end == kUnknownEnd)
      add(fmt::format("from byte {}", warning.range->begin));
    else
      add(fmt::format("bytes {} to {}", warning.range->begin, warning.range->end));
  }
  return text;
}

}  // namespace

Diagnostics::Diagnostics(std::FILE* stream, bool color, bool quiet, bool progress)
    : stream_(stream), color_(color), quiet_(quiet), show_progress_(progress && !quiet) {}

Diagnostics::~Diagnostics() {
  clear_progress();
}

void Diagnostics::print(std::string_view word, std::string_view color, std::string_view text) {
  clear_progress();
  const std::string line =
      color_ ? fmt::format("{}{}:{} {}\n", color, word, kPlain, escape_bytes(text))
             : fmt::format("{}: {}\n", word, escape_bytes(text));
  std::fwrite(line.data(), 1, line.size(), stream_);
}

void Diagnostics::error(const Error& error) {
  print("error", kRed, error.message);
  if (!error.reason.empty()) print("reason", {}, error.reason);
  if (!error.help.empty()) print("help", {}, error.help);
}

void Diagnostics::warning(const Warning& warning) {
  ++warnings_;
  const std::size_t seen = ++by_kind_[warning.kind];
  if (quiet_ || seen > kPrintedPerKind) return;
  const std::string place = where(warning);
  print("warning", kYellow, place.empty() ? warning.message : place + ": " + warning.message);
}

void Diagnostics::warning(std::string_view text) {
  ++warnings_;
  if (!quiet_) print("warning", kYellow, text);
}

void Diagnostics::finish_warnings(bool summary) {
  if (quiet_) return;
  for (const auto& [kind, count] : by_kind_)
    if (count > kPrintedPerKind)
      print("warning", kYellow,
            fmt::format("{} more of kind {}; {}--summary FILE lists them", count - kPrintedPerKind,
                        warning_kind_name(kind), summary ? "" : "a scan with "));
}

void Diagnostics::note(std::string_view text) {
  if (quiet_) return;
  clear_progress();
  const std::string line = escape_bytes(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stream_);
}

void Diagnostics::progress(std::string_view text) {
  if (!show_progress_) return;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count();
  if (now - last_progress_ms_ < 100) return;
  last_progress_ms_ = now;
  // An overwritten line must not wrap, which some terminals do as soon as the last column is taken.
  const TerminalLook look = terminal_look(color_, stream_);
  const std::size_t columns =
      std::min<std::size_t>(terminal_columns(stream_), kProgressColumns + 1);
  const std::string line = "\r\x1b[K" + fit_width(shown_bytes(text, look), columns - 1, look);
  std::fwrite(line.data(), 1, line.size(), stream_);
  std::fflush(stream_);
  progress_shown_ = true;
}

void Diagnostics::clear_progress() {
  if (!progress_shown_) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
  progress_shown_ = false;
}

}  // namespace pidometer
