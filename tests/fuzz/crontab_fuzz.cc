// All that reads crontabs, and lays a log beside them. Input: a byte that says where the table
// lies, one for the cron and its name, then its bytes.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "plugin/crontab/crontab_comparison.h"
#include "tests/support/memory_log_file.h"

using namespace pidometer;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_entry(const CrontabTable& table, const CrontabEntry& entry) {
  require(!entry.command.empty() && entry.text.size() <= kMostCrontabText);
  require(entry.job_id.empty() == (table.form != CrontabForm::anacron));
  if (table.form == CrontabForm::scripts) return;
  require(entry.line >= 1 && entry.line <= table.content.lines);
  require(entry.command.size() <= kMostCommand && !entry.text.empty());
  require(entry.command.find('\0') == std::string::npos);
  require(entry.command.find('\n') == std::string::npos);
  if (table.form == CrontabForm::system) require(!entry.username.empty());
  const auto times = entry.schedule.times_of_day();
  require(times.size() <= 1440);
  for (const auto& time : times) {
    const auto minute = static_cast<std::size_t>(time.count());
    require(entry.schedule.hours.test(minute / 60) && entry.schedule.minutes.test(minute % 60));
  }
}

/// A year and a quarter, with a gap, and as jobs every third entry and another.
LoggedSchedule a_log(const CrontabTable& table) {
  LoggedSchedule log;
  const Timestamp begin = test::utc(2026, 1, 1);
  log.end = begin + std::chrono::days(450);
  log.stretches = {{begin, begin + std::chrono::days(30), std::chrono::minutes(60)},
                   {begin + std::chrono::days(31), log.end, std::chrono::minutes(-210)}};
  log.boots = {begin + std::chrono::days(1), begin + std::chrono::days(2),
               begin + std::chrono::days(3)};
  const auto starter = table.form == CrontabForm::anacron   ? JobStarter::anacron
                       : table.form == CrontabForm::scripts ? JobStarter::run_parts
                                                            : JobStarter::cron;
  const auto& entries = table.content.entries;
  for (std::size_t i = 0; i < entries.size(); i += 3)
    log.jobs.push_back({entries[i].username,
                        entries[i].job_id.empty() ? entries[i].command : entries[i].job_id, begin,
                        log.end, i + 1, i % 2 == 0, starter});
  log.jobs.push_back({"root", "/tmp/x", begin, log.end, 7});
  return log;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > kMostBytes) return 0;
  const auto places = crontab_places();
  const CrontabPlace& place = places[data[0] % places.size()];
  constexpr std::array kFamilies = {CronFamily::debian, CronFamily::cronie, CronFamily::other};
  const CronFamily family = kFamilies[data[1] % kFamilies.size()];
  constexpr std::array kNames = {"anna", "job.rpmsave", ".placeholder", "tmp.1"};
  const std::string name =
      place.name.empty() ? kNames[data[1] / 3U % kNames.size()] : std::string(place.name);
  const test::MemoryLogFile file(std::string(place.folder) + '/' + name,
                                 {reinterpret_cast<const char*>(data) + 2, size - 2},
                                 test::utc(2026, 1, 2));
  const CrontabFolder folder{"p1", std::string(place.folder), {&file}};
  std::size_t warnings = 0;
  const auto tables = read_crontabs({&folder, 1}, family, [&](const Warning& warning) {
    require(warning.volume == "p1" && !warning.message.empty());
    ++warnings;
  });
  require(tables.size() == 1);
  const CrontabTable& table = tables[0];
  const Crontab& content = table.content;
  require(warnings <= content.bad_lines.size() + 1);
  require(content.entries.size() <= kMostCrontabEntries);
  require(content.bad_lines.size() <= kMostCrontabEntries);
  for (const CrontabEntry& entry : content.entries) check_entry(table, entry);
  for (const CrontabBadLine& bad : content.bad_lines)
    require(bad.line >= 1 && bad.line <= content.lines && !bad.reason.empty());
  const LoggedSchedule log = a_log(table);
  const CrontabScope scope{true, true, family, true, {std::string(place.folder)}};
  const CrontabComparison compared = compare_crontabs(tables, scope, log);
  const CrontabReport& report = compared.report;
  require(report.jobs == log.jobs.size());
  require(report.jobs ==
          report.jobs_with_line + report.jobs_without_line + sum_of(report.jobs_not_judged));
  require(report.entries == (table.counts() ? content.entries.size() : 0));
  require(report.entries == report.entries_that_ran + report.entries_that_never_ran +
                                sum_of(report.entries_not_judged));
  require(compared.jobs.size() == report.jobs_without_line);
  require(compared.lines.size() == report.entries_that_never_ran);
  // What the log took from the table is in it, or has no words to find it by.
  if (table.counts()) require(report.jobs_without_line <= 1);
  for (const LineWithoutJob& line : compared.lines)
    require(line.due >= kDueAtLeast && line.first_due < line.last_due && line.last_due <= log.end);
  return 0;
}
