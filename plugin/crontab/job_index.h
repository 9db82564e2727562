#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// The forms in which crons write the command of a crontab's entry into their log, one or two, each
/// as JobIndex compares it. Crons write it as it stands (busybox, crond.c); up to its first `%`, of
/// which the rest is the job's input, with `\%` as `%` (vixie-cron 3.0 and cronie 1.7,
/// do_command.c: child_process); the same without that cut; control and high bytes in each as `^X`
/// and `\ooo` (misc.c: mkprints) or as they are. Compared are: the command whole and up to that
/// `%`, without backslashes before a `%`, printable, without blanks at both ends.
std::vector<std::string> logged_forms(std::string_view command);

/// A command of the log without blanks at its ends.
std::string_view trimmed_command(std::string_view command);

/// What the log has of an entry.
enum class EntryRun : std::uint8_t {
  none,
  maybe,  ///< a job whose command may have been cut off begins as it does
  ran,
};

/// Finds entries of crontabs by what the log has of them. All are added before the first is looked
/// for. Takes at most some 700 bytes an entry, and a search the same time however many are alike.
class JobIndex {
 public:
  /// `number`: what is given back.
  void add(std::string_view username, std::string_view command, std::size_t number);

  /// Whether the log's job may be one of the entries, all of which are marked for runs(); a log
  /// without user names leaves `username` empty. A command that may have been cut (`may_be_cut`, or
  /// as long as the shortest line that any log cuts) may be that of each entry that begins so.
  bool find(std::string_view username, std::string_view command, bool may_be_cut);
  /// An entry that has the command whole; the first that was added.
  std::optional<std::size_t> first_whole(std::string_view username, std::string_view command);

  /// By number, of `count` entries.
  std::vector<EntryRun> runs(std::size_t count) const;

 private:
  /// busybox's syslogd cuts lines at 256 bytes (syslogd.c: MAX_READ); some 56 are the line's head.
  static constexpr std::size_t kShortestCut = 200;
  /// Of a longer form size and hash are compared besides: a table's commands may have 16 KB each.
  static constexpr std::size_t kMostIndexed = 256;

  struct Form {
    std::string start;  ///< kMostIndexed bytes at most
    std::size_t size = 0;
    std::size_t hash = 0;  ///< of all of it
  };
  struct Key {
    std::uint32_t user = 0;
    std::uint32_t number = 0;
    Form form;
  };
  /// The keys by form, of each user apart or not; and how many more jobs met a key than the one
  /// before it: up at the begin of what a search found, down at its end.
  struct Order {
    bool by_user = false;
    std::vector<std::uint32_t> keys = {};
    std::vector<std::int64_t> whole = {};
    std::vector<std::int64_t> cut = {};
  };
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  static Form form_of(std::string_view text);
  void sort();
  Order& order_of(std::string_view username);
  /// Those with that form; with `longer` those that begin so and go on.
  Range range_of(const Order& order, std::string_view username, const Form& form,
                 bool longer) const;

  std::map<std::string, std::uint32_t, std::less<>> users_;
  std::vector<Key> keys_;
  Order by_user_ = {true};
  Order by_form_ = {false};
};

}  // namespace pidometer
