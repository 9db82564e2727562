#include "plugin/crontab/crontab_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pidometer {
namespace {

constexpr std::string_view kBlanks = " \t";
/// Minutes; cronie, entry.c: a larger RANDOM_DELAY is an error and has no effect.
constexpr std::uint32_t kMostDelay = 24 * 60;

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view take_word(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_of(kBlanks), text.size());
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  skip_blanks(text);
  return word;
}

std::string_view unquoted(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r");
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// FreeBSD: user:group/class
std::string_view user_of(std::string_view word) {
  return word.substr(0, word.find_first_of(":/"));
}

/// No user's name begins as a path, an option or a word of the shell does (shadow, chkname.c): the
/// field is missing, as in a user's crontab.
bool may_be_user(std::string_view name) {
  if (name.empty()) return false;
  const auto first = static_cast<unsigned char>(name.front());
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
         (first >= '0' && first <= '9') || first == '_' || first >= 0x80;
}

struct Setting {
  std::string_view name;
  std::string_view value;
};

/// `NAME = value`, quoted or not (vixie-cron, env.c: load_env): the name has no blank in it.
std::optional<Setting> setting_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  const std::string_view name = unquoted(line.substr(0, equals));
  const bool quoted = line.front() == '"' || line.front() == '\'';
  if (name.empty() || (!quoted && name.find_first_of(kBlanks) != std::string_view::npos))
    return std::nullopt;
  std::string_view value = line.substr(equals + 1);
  skip_blanks(value);
  return Setting{name, unquoted(value)};
}

class CrontabParser {
 public:
  CrontabParser(CrontabForm form, std::string_view owner) : form_(form), owner_(owner) {}

  Crontab parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      ++out_.lines;
      if (end == std::string_view::npos) {
        last_line(text);
        break;
      }
      take_line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    return std::move(out_);
  }

 private:
  // vixie-cron, cronie and Debian's do not read it (entry.c: "a file without a \n before the EOF is
  // rude"), busybox and anacron do.
  void last_line(std::string_view line) {
    if (form_ == CrontabForm::anacron) return take_line(line);
    skip_blanks(line);
    if (!line.empty() && line.front() != '#')
      bad("its line feed is missing: the end of a file that cron does not read", line);
  }

  void take_line(std::string_view line) {
    skip_blanks(line);
    if (line.empty() || line.front() == '#' || line == "\r") return;
    if (line.find('\0') != std::string_view::npos) return bad("it has NUL bytes", line);
    if (line.size() > kMostCommand) return bad("it is longer than any cron reads", line);
    if (const auto setting = setting_of(line)) return take_setting(*setting);
    CrontabEntry entry;
    const char* wrong = nullptr;
    const std::string_view whole = line;
    const bool taken = form_ == CrontabForm::anacron ? take_anacron_entry(line, entry, wrong)
                                                     : take_entry(line, entry, wrong);
    if (!taken) return bad(wrong, whole);
    if (out_.entries.size() == kMostCrontabEntries) {
      out_.cut = true;
      return;
    }
    entry.line = out_.lines;
    entry.text = whole.substr(0, kMostCrontabText);
    out_.entries.push_back(std::move(entry));
  }

  void take_setting(const Setting& setting) {
    if (setting.name == "CRON_TZ") other_zone_ = !setting.value.empty();
    if (setting.name != "RANDOM_DELAY") return;
    std::uint32_t minutes = 0;
    const char* const end = setting.value.data() + setting.value.size();
    const auto read = std::from_chars(setting.value.data(), end, minutes);
    delay_ = read.ec == std::errc{} && minutes <= kMostDelay ? minutes : 0;
  }

  bool take_entry(std::string_view line, CrontabEntry& entry, const char*& wrong) {
    if (line.starts_with('-')) {
      entry.unlogged = true;
      line.remove_prefix(1);
      skip_blanks(line);
    }
    if (line.starts_with('@')) {
      if (!take_named(line, entry, wrong)) return false;
    } else {
      const auto schedule = take_schedule(line, wrong);
      if (!schedule) return false;
      entry.schedule = *schedule;
      entry.doubt = schedule->doubt;
    }
    if (other_zone_) entry.doubt = "CRON_TZ sets another zone for it";
    entry.random_delay = delay_;
    wrong = "bad command";
    // cron takes a sixth field of times for a mistake (entry.c)
    if (line.empty() || line.front() == '*' || line.front() == '\r') return false;
    entry.username = owner_;
    if (form_ == CrontabForm::system) {
      const std::string_view user = user_of(take_word(line));
      wrong = "bad username";
      if (!may_be_user(user)) return false;
      entry.username = user;
      wrong = "bad command, or no username before it";
    }
    take_options(line, entry);
    entry.command = line;
    return !line.empty();
  }

  // readtab.c: parse_tab_line
  static bool take_anacron_entry(std::string_view line, CrontabEntry& entry, const char*& wrong) {
    std::string_view period = take_word(line);
    wrong = "bad period";
    if (period.starts_with('@')) {
      if (!named_schedule(period.substr(1))) return false;
    } else if (!is_number(period)) {
      return false;
    }
    wrong = "bad delay";
    if (!is_number(take_word(line))) return false;
    entry.job_id = take_word(line);
    entry.command = line;
    entry.doubt = "anacron runs it once in so many days";
    wrong = "bad command, or no identifier before it";
    return !entry.job_id.empty() && entry.job_id.find('/') == std::string::npos && !line.empty();
  }

  static bool take_named(std::string_view& line, CrontabEntry& entry, const char*& wrong) {
    line.remove_prefix(1);
    const std::string_view word = take_word(line);
    wrong = "bad time specifier";
    if (word == "reboot") {
      entry.at_boot = true;
      return true;
    }
    if (const auto schedule = named_schedule(word)) {
      entry.schedule = *schedule;
      return true;
    }
    // FreeBSD: so many seconds behind the end of the last run
    const bool interval = word == "every_second" || is_number(word);
    entry.doubt = "it runs at intervals, and not at fixed times";
    return interval;
  }

  // Options before a command: cronie's -n, OpenBSD's and FreeBSD's -n, -q, -s, -a.
  static void take_options(std::string_view& line, CrontabEntry& entry) {
    while (line.size() > 3 && line[0] == '-' && kBlanks.find(line[2]) != std::string_view::npos &&
           std::string_view("nqsa").find(line[1]) != std::string_view::npos) {
      if (line[1] == 'q') entry.unlogged = true;
      line.remove_prefix(2);
      skip_blanks(line);
    }
  }

  void bad(const char* reason, std::string_view line) {
    if (out_.bad_lines.size() == kMostCrontabEntries) {
      out_.cut = true;
      return;
    }
    out_.bad_lines.push_back({out_.lines, reason, std::string(line.substr(0, kMostCrontabText))});
  }

  CrontabForm form_;
  std::string owner_;
  Crontab out_;
  bool other_zone_ = false;
  std::uint32_t delay_ = 0;
};

}  // namespace

Crontab parse_crontab(std::string_view text, CrontabForm form, std::string_view owner) {
  return CrontabParser(form, owner).parse(text);
}

}  // namespace pidometer
