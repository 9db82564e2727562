#include "plugin/cron_log/host_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

std::string line(const char* time, Pid pid, const char* host, const char* text = "(root) CMD (/a)",
                 const char* tag = "CROND") {
  return std::string(time) + " " + host + " " + tag + "[" + std::to_string(pid) + "]: " + text +
         "\n";
}

std::vector<LogSeries> read(std::vector<const LogFile*> files) {
  return read_log_series(files, {}, [](const Warning&) {}, {});
}

/// Names of the hosts, those of one series joined by `+`.
std::vector<std::string> hosts(const std::vector<LogSeries>& all) {
  std::vector<std::string> result;
  for (const LogSeries& series : all) {
    std::set<std::string> names;
    for (const StoredRecord& record : series.records)
      names.insert(series.sources[record.source].hostname);
    std::string joined;
    for (const std::string& name : names)
      joined += (joined.empty() ? "" : "+") + (name.empty() ? "(none)" : name);
    result.push_back(joined);
  }
  return result;
}

TEST(HostGroups, NamesAreOneHostOnlyWhereTheCounterGoesOn) {
  const char* const start = "(CRON) STARTUP (1.5.2)";
  struct Case {
    const char* name;
    std::string older, newer;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"one name in two files, a boot between",
       line("Nov  1 05:00:01", 30000, "db6"),
       line("Nov  2 05:00:01", 200, "db6"),
       {"db6"}},
      {"renamed: the counter goes on",
       line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  2 05:00:01", 200, "db7"),
       {"db6+db7"}},
      {"another host: the counter falls",
       line("Nov  1 05:00:01", 30000, "db6"),
       line("Nov  2 05:00:01", 200, "db7"),
       {"db6", "db7"}},
      {"another host: more than an idle host spends",
       line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  1 05:10:01", 400, "db7"),
       {"db6", "db7"}},
      {"a busy host may spend it",
       line("Nov  1 04:50:01", 50, "db6") + line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  1 05:10:01", 400, "db7"),
       {"db6+db7"}},
      {"another host: after days of silence",
       line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  3 05:00:02", 101, "db7"),
       {"db6", "db7"}},
      {"another host: the same PID",
       line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  1 05:10:01", 100, "db7"),
       {"db6", "db7"}},
      {"another host: side by side",
       line("Nov  1 05:00:01", 100, "db6") + line("Nov  9 05:00:01", 900, "db6"),
       line("Nov  2 05:00:01", 200, "db7") + line("Nov  9 05:00:01", 990, "db7"),
       {"db6", "db7"}},
      {"one file, a log server",
       line("Nov  1 05:00:01", 100, "db6") + line("Nov  1 05:00:01", 900, "db7") +
           line("Nov  1 05:10:01", 103, "db6") + line("Nov  1 05:10:01", 903, "db7"),
       "",
       {"db6", "db7"}},
      {"clones whose counters are five apart",
       line("Nov  1 05:00:01", 100, "db6") + line("Nov  1 05:00:02", 105, "db7") +
           line("Nov  1 05:10:01", 103, "db6") + line("Nov  1 05:10:02", 108, "db7"),
       "",
       {"db6", "db7"}},
      {"localhost until the network is up, at each boot",
       line("Nov  1 05:00:01", 800, "localhost", start, "crond") +
           line("Nov  1 05:10:01", 830, "db6") + line("Nov  1 05:20:01", 840, "db6") +
           line("Nov  2 05:00:01", 790, "localhost", start, "crond") +
           line("Nov  2 05:10:01", 815, "db6"),
       "",
       {"db6+localhost"}},
      {"another host that booted",
       line("Nov  1 05:00:01", 100, "db6"),
       line("Nov  1 05:10:01", 90, "db7", start, "crond") + line("Nov  1 05:20:01", 120, "db7"),
       {"db6", "db7"}},
      {"a name with a flipped bit",
       line("Nov  1 05:00:01", 100, "db6") + line("Nov  1 05:10:01", 103, "eb6") +
           line("Nov  1 05:20:01", 106, "db6"),
       "",
       {"db6+eb6"}},
      {"no name beside one host",
       line("Nov  1 05:00:01", 100, "db6"),
       "root (11/01-05:10:01-103) CMD (/a)\n",
       {"(none)+db6"}},
      {"no name beside two hosts",
       line("Nov  1 05:00:01", 100, "db6") + line("Nov  1 05:00:02", 9000, "db7"),
       "root (11/01-05:10:01-103) CMD (/a)\n",
       {"db6", "db7", "(none)"}},
  };
  for (const Case& c : cases) {
    const MemoryLogFile older("/var/log/cron.1", c.older, utc(2026, 11, 10));
    const MemoryLogFile newer("/var/log/cron", c.newer, utc(2026, 11, 10, 1));
    const auto all = read({&older, &newer});
    EXPECT_EQ(hosts(all), c.want) << c.name;
  }
}

TEST(HostGroups, ASharedLogIsOwnedOnceAndEverySeriesHoldsItsOwn) {
  const MemoryLogFile shared("/var/log/b",
                             line("Nov  1 05:00:01", 100, "db6", "(root) CMD (/six)") +
                                 "Nov  1 05:00:03 db6 sshd[3]: x\n" +
                                 line("Nov  1 05:00:01", 9000, "db7", "(bob) CMD (/seven)") +
                                 line("Nov  1 05:01:01", 103, "db6", "(root) CMD (/six)"),
                             utc(2026, 11, 10));
  // A line of it stands here too, and is counted once.
  const MemoryLogFile own("/var/log/a",
                          line("Nov  1 05:00:01", 9000, "db7", "(bob) CMD (/seven)") +
                              line("Nov  1 05:02:01", 9003, "db7", "(bob) CMD (/eight)", "crond"),
                          utc(2026, 11, 10));
  const MemoryLogFile nobodys("/var/log/cron", "", utc(2026, 11, 10));
  const auto all = read({&shared, &own, &nobodys});
  ASSERT_EQ(hosts(all), (std::vector<std::string>{"db6", "db7"}));
  std::vector<std::string> owned;
  std::uint64_t records = 0;
  std::uint64_t duplicates = 0;
  for (const LogSeries& series : all)
    for (std::size_t i = 0; i < series.reports.size(); ++i) {
      EXPECT_EQ(series.reports[i].entry.path, series.files[i]->entry().path);
      if (!series.owned[i]) continue;
      const LogReport& report = series.reports[i];
      owned.push_back(report.entry.path);
      records += report.records;
      duplicates += report.duplicate_lines;
      EXPECT_EQ(report.lines, report.records + report.other_lines + report.duplicate_lines);
      EXPECT_EQ(report.hostname, report.entry.path == "/var/log/b"   ? "db6"
                                 : report.entry.path == "/var/log/a" ? "db7"
                                                                     : "");
    }
  std::sort(owned.begin(), owned.end());
  EXPECT_EQ(owned, (std::vector<std::string>{"/var/log/a", "/var/log/b", "/var/log/cron"}));
  EXPECT_EQ(records, 4U);
  EXPECT_EQ(duplicates, 1U);
  EXPECT_EQ(all[0].hostname, "db6");
  EXPECT_EQ(all[1].hostname, "db7");
  ASSERT_EQ(all[0].records.size(), 2U);
  ASSERT_EQ(all[1].records.size(), 2U);
  EXPECT_EQ(all[0].labels.size(), 2U);  // no command of the other host
  EXPECT_EQ(all[1].labels.size(), 3U);
  for (const LogSeries& series : all) {
    const auto lines = fetch_lines(series, std::vector<std::uint32_t>{0, 1});
    for (std::size_t i = 0; i < 2; ++i) {
      const StoredRecord& record = series.records[i];
      ASSERT_TRUE(lines[i]);
      EXPECT_NE(lines[i]->find(" " + series.sources[record.source].hostname + " "),
                std::string::npos);
      EXPECT_NE(lines[i]->find("(" + series.labels[record.label].command + ")"), std::string::npos);
      EXPECT_EQ(series.sources[record.source].dialect,
                series.labels[record.label].command == "/eight" ? "vixie_syslog" : "cronie");
    }
  }
}

TEST(HostGroups, EveryHostOfALogServerIsASeries) {
  constexpr int kHosts = 300;
  std::string text;
  for (int hour = 10; hour < 20; ++hour)
    for (int host = 0; host < kHosts; ++host) {
      const std::string time = "Nov  1 " + std::to_string(hour) + ":00:01";
      text += line(time.c_str(), static_cast<Pid>(500 + host * 90 + hour * 7),
                   ("web" + std::to_string(host)).c_str());
    }
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 11, 10));
  const auto all = read({&file});
  ASSERT_EQ(all.size(), std::size_t{kHosts});
  for (const LogSeries& series : all) EXPECT_EQ(series.records.size(), 10U);
}

TEST(HostGroups, OneSeriesIsMadeAfterTheOtherUntilNoMoreAreWanted) {
  const std::string db6 = line("2026-11-01T05:00:01+00:00", 100, "db6");
  const MemoryLogFile one("/var/log/cron", db6, utc(2026, 11, 10));
  const MemoryLogFile three("/var/log/cron",
                            db6 + "2026-11-01T05:00:01+00:00 db6 CROND[x]: (root) CMD (/a)\n" +
                                line("2026-11-01T05:00:01+00:00", 9000, "db7") +
                                line("2026-11-01T05:00:01+00:00", 20000, "db8"),
                            utc(2026, 11, 10));
  using Events = std::vector<std::string>;
  const auto taken = [](const LogFile& file, std::size_t most) {
    Events events;
    const LogFile* const files[] = {&file};
    read_log_series(
        files, {}, [&](const Warning&) { events.emplace_back("warning"); }, {},
        [&](const LogSeries& series, bool several) {
          events.push_back(series.hostname + (several ? " of several" : " alone"));
          return events.size() < most;
        });
    return events;
  };
  EXPECT_EQ(taken(one, 9), Events{"db6 alone"});
  EXPECT_EQ(taken(three, 9),
            (Events{"warning", "db6 of several", "db7 of several", "db8 of several"}));
  EXPECT_EQ(taken(three, 3), (Events{"warning", "db6 of several", "db7 of several"}));
}

TEST(NamesAnotherHost, OnlyWhereNoLineNamesTheHost) {
  const auto named = [](const std::vector<std::string>& names, std::string_view host) {
    SourceTable sources;
    for (const std::string& name : names) sources.intern(name, "CRON", 0);
    return names_another_host(sources, host);
  };
  EXPECT_TRUE(named({"web01"}, "oldbox"));
  EXPECT_TRUE(named({"web01", "localhost"}, "oldbox"));
  EXPECT_FALSE(named({"web01", "oldbox"}, "oldbox"));
  EXPECT_FALSE(named({"WEB01"}, "web01.example.com"));
  EXPECT_FALSE(named({"localhost"}, "oldbox"));
  EXPECT_FALSE(named({""}, "oldbox"));
  EXPECT_FALSE(named({"web01"}, ""));
  EXPECT_FALSE(named({"web01"}, "localhost"));
}

}  // namespace
}  // namespace pidometer
