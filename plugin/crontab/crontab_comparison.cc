#include "plugin/crontab/crontab_comparison.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "plugin/crontab/job_index.h"

namespace pidometer {
namespace {

using std::chrono::minutes;

constexpr std::chrono::hours kMonth{32 * 24};
/// cron reads a changed table at its next minute; two, for one that was being written.
constexpr minutes kRead{2};
/// A job's line comes within a minute or so of its time, on a loaded host too.
constexpr minutes kLate{2};
/// Days and minutes, and bytes of bad lines, that are looked at in all: some seconds of work,
/// whatever the tables hold.
constexpr std::uint64_t kMostSteps = 200'000'000;
/// Commands that one program is run with: more are a program that is given a date or a file.
constexpr std::size_t kMostVariants = 5;
/// Bad lines in which a job's command is looked for; a table with more of them is not understood.
constexpr std::size_t kMostBadLines = 100;

std::string program_of(const LoggedJob& job) {
  return std::string(job.username) + ' ' +
         std::string(job.command.substr(0, job.command.find(' ')));
}

JobStarter starter_of(CrontabForm form) {
  switch (form) {
    case CrontabForm::system:
    case CrontabForm::user:
      return JobStarter::cron;
    case CrontabForm::anacron:
      return JobStarter::anacron;
    case CrontabForm::scripts:
      return JobStarter::run_parts;
  }
  return JobStarter::cron;
}

/// Where an entry stands.
struct EntryRef {
  std::size_t table = 0;
  std::size_t entry = 0;
};

/// What is there of crontabs in which the same jobs could stand.
struct Holder {
  bool incomplete = false;
  bool not_understood = false;
  std::vector<const CrontabBadLine*> bad_lines;
  bool undated = false;                         ///< nobody knows since when one of them is in force
  Timestamp in_force_since = Timestamp::min();  ///< the latest of them

  void add(const CrontabTable& table) {
    undated = undated || !table.in_force_since;
    if (table.in_force_since) in_force_since = std::max(in_force_since, *table.in_force_since);
    if (table.ignored != nullptr) return;
    incomplete = incomplete || table.incomplete;
    const auto& bad = table.content.bad_lines;
    not_understood = not_understood || bad.size() > kMostBadLines;
    if (bad.size() > kMostBadLines) return;
    for (const CrontabBadLine& line : bad) bad_lines.push_back(&line);
  }
};

class Comparison {
 public:
  Comparison(std::span<const CrontabTable> tables, const CrontabScope& scope,
             const LoggedSchedule& log)
      : tables_(tables), scope_(scope), log_(log) {
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      const CrontabTable& table = tables_[t];
      for (std::size_t e = 0; e < table.content.entries.size(); ++e) {
        const CrontabEntry& entry = table.content.entries[e];
        JobIndex& index = table.counts() ? index_of(starter_of(table.form)) : ignored_;
        index.add(entry.username, entry.job_id.empty() ? entry.command : entry.job_id,
                  entries_.size());
        entries_.push_back({t, e});
      }
      hold(table);
    }
  }

  CrontabComparison run() {
    out_.report.jobs = log_.jobs.size();
    std::vector<std::size_t> unmatched;
    std::map<std::string, std::size_t> variants;
    for (std::size_t j = 0; j < log_.jobs.size(); ++j) {
      const LoggedJob& job = log_.jobs[j];
      if (index_of(job.starter).find(job.username, job.command, job.may_be_cut)) continue;
      unmatched.push_back(j);
      ++variants[program_of(job)];
    }
    runs_.assign(entries_.size(), EntryRun::none);
    for (const JobIndex& index : indexes_) {
      const std::vector<EntryRun> runs = index.runs(entries_.size());
      std::ranges::transform(runs_, runs, runs_.begin(), std::ranges::max);
    }
    out_.report.jobs_with_line = log_.jobs.size() - unmatched.size();
    for (const std::size_t j : unmatched) judge_job(j, variants[program_of(log_.jobs[j])]);
    for (std::size_t i = 0; i < entries_.size(); ++i) judge_entry(i);
    return std::move(out_);
  }

 private:
  JobIndex& index_of(JobStarter starter) { return indexes_[static_cast<std::size_t>(starter)]; }

  void hold(const CrontabTable& table) {
    if (table.form == CrontabForm::scripts) return;
    if (table.form == CrontabForm::anacron) return anacrons_.add(table);
    anybodys_.add(table);
    (table.form == CrontabForm::system ? systems_ : users_[table.owner]).add(table);
  }

  /// Those in which a job could stand: the system's, which may give anacron another table and
  /// run-parts another folder, and the user's own or anacron's.
  std::array<const Holder*, 2> holders_of(const LoggedJob& job) const {
    if (job.starter == JobStarter::anacron) return {&systems_, &anacrons_};
    if (job.starter == JobStarter::run_parts) return {&systems_, nullptr};
    if (job.username.empty()) return {&anybodys_, nullptr};
    const auto own = users_.find(job.username);
    return {&systems_, own == users_.end() ? nullptr : &own->second};
  }

  /// Why what could have the job is not known; nullptr where it is.
  const char* scope_doubt(const LoggedJob& job) const {
    if (job.starter == JobStarter::fcron) return "it is fcron's, whose tables are not read";
    if (job.starter == JobStarter::run_parts) {
      const std::string_view folder = job.command.substr(0, job.command.rfind('/'));
      return scope_.script_folders.contains(folder)
                 ? nullptr
                 : "its script's folder is not in the evidence, or not all of it";
    }
    if (job.starter == JobStarter::anacron && !scope_.anacron)
      return "the anacrontab could not be looked for";
    if (!scope_.system) return "the system's crontabs are not in the evidence, or not all of them";
    if (job.starter == JobStarter::cron && !scope_.users)
      return "the users' crontabs are not in the evidence, or not all of them";
    return nullptr;
  }

  /// Why nothing can be said of a job that no line has; nullptr where it can.
  const char* job_doubt(const LoggedJob& job, std::size_t variants) {
    if (const char* doubt = scope_doubt(job)) return doubt;
    if (variants > kMostVariants) return "its program is run with ever new arguments";
    const std::string_view command = trimmed_command(job.command);
    if (command.empty()) return "the log has no command of it";
    for (const Holder* const holder : holders_of(job)) {
      if (holder == nullptr) continue;
      if (holder->incomplete) return "a crontab that could have it could not be read whole";
      if (holder->not_understood) return "a crontab that could have it is not understood";
      for (const CrontabBadLine* const line : holder->bad_lines) {
        searched_ += line->text.size();
        if (searched_ > kMostSteps)
          return "there are too many lines of crontabs that are not understood to look at all";
        if (line->text.find(command) != std::string::npos)
          return "it stands in a line of a crontab that is not understood";
      }
    }
    return nullptr;
  }

  void judge_job(std::size_t j, std::size_t variants) {
    const LoggedJob& job = log_.jobs[j];
    if (const char* doubt = job_doubt(job, variants)) {
      ++out_.report.jobs_not_judged[doubt];
      return;
    }
    ++out_.report.jobs_without_line;
    JobWithoutLine found;
    found.job = j;
    found.recent = job.last >= log_.end - kMonth;
    // Nothing tells when a script was taken out of its folder.
    found.ran_since_changed =
        job.starter != JobStarter::run_parts &&
        std::ranges::none_of(holders_of(job), [&](const Holder* holder) {
          return holder != nullptr &&
                 (holder->undated || holder->in_force_since + log_.slack >= job.last);
        });
    const auto held = job.starter == JobStarter::cron
                          ? ignored_.first_whole(job.username, job.command)
                          : std::nullopt;
    if (held) {
      found.ignored_table = entries_[*held].table;
      found.ignored_entry = entries_[*held].entry;
    }
    out_.jobs.push_back(found);
  }

  const char* entry_doubt(const CrontabTable& table, const CrontabEntry& entry) const {
    if (entry.unlogged) return "cron is told not to log it";
    if (entry.doubt != nullptr) return entry.doubt;
    if (!table.in_force_since) return "it is not known since when the crontab is in force";
    if (table.incomplete) return "the crontab could not be read whole";
    // database.c: "The crontab we attempted to load contains a syntax error"
    if (scope_.family == CronFamily::debian && !table.content.bad_lines.empty())
      return "a line of the crontab is wrong, for which Debian's cron passes over all of it";
    if (!entry.at_boot && !entry.schedule.ever()) return "it is never due";
    return nullptr;
  }

  void judge_entry(std::size_t number) {
    const CrontabTable& table = tables_[entries_[number].table];
    const CrontabEntry& entry = table.content.entries[entries_[number].entry];
    if (!table.counts()) return;
    ++out_.report.entries;
    if (runs_[number] == EntryRun::ran) {
      ++out_.report.entries_that_ran;
      return;
    }
    const auto pass = [&](const char* reason) { ++out_.report.entries_not_judged[reason]; };
    if (const char* doubt = entry_doubt(table, entry)) return pass(doubt);
    if (runs_[number] == EntryRun::maybe) return pass("a job whose line lost its end may be it");
    LineWithoutJob found;
    found.table = entries_[number].table;
    found.entry = entries_[number].entry;
    if (entry.at_boot)
      count_boots(*table.in_force_since, found);
    else
      count_due(entry, *table.in_force_since, found);
    if (steps_ > kMostSteps) return pass("there are too many entries to look at all");
    if (found.due < kDueAtLeast) return pass("it was due too seldom where the log is whole");
    ++out_.report.entries_that_never_ran;
    out_.lines.push_back(found);
  }

  static void count(LineWithoutJob& found, std::uint64_t times, Timestamp first, Timestamp last) {
    if (found.due == 0) found.first_due = first;
    found.last_due = last;
    found.due += times;
  }

  void count_boots(Timestamp since, LineWithoutJob& found) const {
    for (const Timestamp boot : log_.boots)
      if (boot > since + log_.slack) count(found, 1, boot, boot);
  }

  void count_due(const CrontabEntry& entry, Timestamp since, LineWithoutJob& found) {
    const minutes delay(entry.random_delay);
    const std::vector<minutes> times = entry.schedule.times_of_day();
    steps_ += times.size();
    for (const LoggedStretch& stretch : log_.stretches) {
      if (++steps_ > kMostSteps) return;
      const Timestamp begin = std::max(stretch.begin, since + kRead + log_.slack);
      const Timestamp end = stretch.end - kLate - delay;
      if (begin >= end) continue;
      const auto local_begin = std::chrono::ceil<minutes>(begin + stretch.utc_offset);
      const auto local_end = std::chrono::floor<minutes>(end + stretch.utc_offset);
      for (auto day = std::chrono::floor<std::chrono::days>(local_begin); day < local_end;
           day += std::chrono::days(1)) {
        if (++steps_ > kMostSteps) return;
        if (!entry.schedule.on_day(std::chrono::year_month_day(day))) continue;
        const auto first = std::ranges::lower_bound(times, local_begin - Minute(day));
        const auto end_of_day = std::ranges::lower_bound(times, local_end - Minute(day));
        if (first >= end_of_day) continue;
        const auto midnight = Timestamp(day) - stretch.utc_offset;
        count(found, static_cast<std::uint64_t>(end_of_day - first), midnight + *first,
              midnight + *(end_of_day - 1));
      }
    }
  }

  using Minute = std::chrono::sys_time<minutes>;

  std::span<const CrontabTable> tables_;
  const CrontabScope& scope_;
  const LoggedSchedule& log_;
  std::vector<EntryRef> entries_;
  /// Of what counts, by its JobStarter.
  std::array<JobIndex, static_cast<std::size_t>(JobStarter::run_parts) + 1> indexes_;
  JobIndex ignored_;            ///< of what cron passes over
  std::vector<EntryRun> runs_;  ///< by entry
  Holder systems_;
  Holder anacrons_;
  std::map<std::string, Holder, std::less<>> users_;  ///< by owner
  Holder anybodys_;                                   ///< all of them
  std::uint64_t steps_ = 0;
  std::uint64_t searched_ = 0;  ///< bytes of bad lines
  CrontabComparison out_;
};

CrontabFileReport file_report(const CrontabTable& table) {
  CrontabFileReport report;
  report.volume = table.volume;
  report.filename = table.path;
  report.username = table.owner;
  report.in_force_since = table.in_force_since;
  report.lines = table.content.lines;
  report.entries = static_cast<std::uint32_t>(table.content.entries.size());
  for (const CrontabBadLine& line : table.content.bad_lines) {
    if (report.bad_lines.size() == kMostBadLinesTold) break;
    report.bad_lines.push_back({line.line, line.reason});
  }
  report.not_used = table.ignored != nullptr ? table.ignored : table.not_read;
  return report;
}

}  // namespace

CrontabComparison compare_crontabs(std::span<const CrontabTable> tables, const CrontabScope& scope,
                                   const LoggedSchedule& log) {
  CrontabComparison compared = Comparison(tables, scope, log).run();
  for (const CrontabTable& table : tables) compared.report.files.push_back(file_report(table));
  return compared;
}

}  // namespace pidometer
