#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pidometer {

/// The forms in which crons write the command of a crontab's entry into their log, without
/// duplicates:
/// as it stands (busybox, crond.c); up to its first `%`, of which the rest is the job's input, with
/// `\%` as `%` (vixie-cron 3.0 and cronie 1.7, do_command.c: child_process); the same without that
/// cut; control and high bytes in each as `^X` and `\ooo` (misc.c: mkprints). Blanks at both ends
/// and a carriage return are left out.
std::vector<std::string> logged_forms(std::string_view command);

/// A command of the log without blanks at its ends.
std::string_view trimmed_command(std::string_view command);

/// Finds entries of crontabs by what the log has of them.
class JobIndex {
 public:
  /// `number`: what find() gives back.
  void add(std::string_view username, std::string_view command, std::size_t number);

  /// The entries that the log's job may be; a log without user names leaves `username` empty. A
  /// command that was cut (`may_be_cut`, or as long as the shortest line that any log cuts) is that
  /// of each entry that begins so.
  std::vector<std::size_t> find(std::string_view username, std::string_view command,
                                bool may_be_cut) const;

 private:
  /// busybox's syslogd cuts lines at 256 bytes (syslogd.c: MAX_READ); some 56 are the line's head.
  static constexpr std::size_t kShortestCut = 200;

  std::multimap<std::pair<std::string, std::string>, std::size_t> by_command_;
};

}  // namespace pidometer
