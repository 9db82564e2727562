#include "fleet/child_messages.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace pidometer {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 10;
/// One line of a status; what a hostile name makes longer stands in the log.
constexpr std::size_t kLongest = 1000;

std::string head_of(const std::string& name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return {};
  std::string bytes(kMostBytes, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  return bytes;
}

}  // namespace

std::string first_message(const std::string& log, const std::string& loss) {
  constexpr std::string_view kError = "error: ";
  constexpr std::string_view kReason = "reason: ";
  constexpr std::string_view kWarning = "warning: ";
  const std::string bytes = head_of(log);
  std::string_view rest = bytes;
  std::string error;
  std::string warning;
  bool is_loss = false;
  bool reason_may_follow = false;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (reason_may_follow && line.starts_with(kReason))
      error += ": " + std::string(line.substr(kReason.size()));
    reason_may_follow = error.empty() && line.starts_with(kError);
    if (reason_may_follow) error = line.substr(kError.size());
    if (!line.starts_with(kWarning)) continue;
    if (!is_loss && !loss.empty() && line.ends_with(loss)) {
      is_loss = true;
      warning = line.substr(kWarning.size());
    }
    if (warning.empty()) warning = line.substr(kWarning.size());
  }
  if (!is_loss && !loss.empty()) warning = loss;
  const char* const between = error.empty() || warning.empty() ? "" : "; ";
  return (error + between + warning).substr(0, kLongest);
}

std::string first_help(const std::string& log) {
  constexpr std::string_view kError = "error: ";
  constexpr std::string_view kHelp = "help: ";
  const std::string bytes = head_of(log);
  std::string_view rest = bytes;
  bool of_error = false;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.starts_with(kError) && of_error) break;
    of_error = of_error || line.starts_with(kError);
    if (of_error && line.starts_with(kHelp))
      return std::string(line.substr(kHelp.size(), kLongest));
  }
  return {};
}

std::string end_words(const ChildEnd& end, const std::string& said) {
  std::string words = said;
  if (end.signal != 0) {
    words = fmt::format("its process was ended by signal {} (SIG{})", end.signal,
                        sigabbrev_np(end.signal) == nullptr ? "?" : sigabbrev_np(end.signal));
    if (end.signal == SIGKILL) words += "; the machine may have run out of memory";
    if (!said.empty()) words += "; before that: " + said;
  } else if (words.empty()) {
    words = end.exit_status ? fmt::format("its process ended with status {}", *end.exit_status)
                            : "what became of its process is not known";
  }
  return words;
}

}  // namespace pidometer
