#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_odometer.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

/// Counts findings by kind.
class CountingMediator final : public Mediator {
 public:
  void produce_event(TimelineEvent event) override {
    if (const auto* body = std::get_if<FindingBody>(&event.body))
      kinds.push_back(body->anomaly.kind);
    if (std::holds_alternative<RecordBody>(event.body)) ++records;
  }
  void produce_warning(Warning warning) override { warnings.push_back(std::move(warning.message)); }
  void report_log(const HostSeries&, LogReport report) override { log = std::move(report); }
  void report_series(const HostSeries&, SeriesReport report) override {
    series.push_back(std::move(report));
  }
  void report_recovered(const HostSeries&, const std::string&,
                        std::vector<RecoveredLine>) override {}
  void add_progress(std::uint64_t) override {}
  bool aborted() const override { return false; }

  std::ptrdiff_t count(AnomalyKind kind) const {
    return std::count(kinds.begin(), kinds.end(), kind);
  }

  std::vector<AnomalyKind> kinds;
  int records = 0;
  std::vector<std::string> warnings;
  std::vector<SeriesReport> series;
  LogReport log;
};

void process(const MemoryLogFile& file, CountingMediator& mediator) {
  HostSeries series;
  series.folder = "/var/log";
  series.files = {&file};
  ASSERT_TRUE(CronOdometer().process(series, {}, mediator));
}

/// A job a minute of three PIDs each, and 700 more in one of the minutes.
std::string minute_log() {
  std::string text;
  Pid pid = 1000;
  for (int minute = 0; minute < 1440; ++minute) {
    text += fmt::format("2026-01-14T{:02}:{:02}:01+00:00 web01 CRON[{}]: (root) CMD (job)\n",
                        minute / 60, minute % 60, pid);
    pid += minute == 900 ? 703 : 3;
  }
  return text;
}

// A counter that goes on makes two names one host, as where it was renamed: in the midst of its
// lines that has to be said.
TEST(OtherHosts, LinesOfAnotherNameAmongAHostsLinesAreWarnedOf) {
  const auto with_names = [](const std::vector<std::pair<int, const char*>>& renamed) {
    std::string text = minute_log();
    for (const auto& [minute, name] : renamed) {
      const std::string time = fmt::format("T{:02}:{:02}:01", minute / 60, minute % 60);
      text.replace(text.find("web01", text.find(time)), 5, name);
    }
    return text;
  };
  std::vector<std::pair<int, const char*>> at_the_end;
  for (int minute = 1000; minute < 1440; ++minute) at_the_end.emplace_back(minute, "web02");
  struct Case {
    std::vector<std::pair<int, const char*>> renamed;
    std::string words;
  };
  for (const Case& one : {Case{{{300, "web02"}}, "this line names another host (web02 the first)"},
                          Case{{{300, "web02"}, {301, "web02"}},
                               "this line and 1 more name another host (web02 the first)"},
                          Case{at_the_end, ""}, Case{{{300, "localhost"}}, ""},
                          Case{{{300, "web01.example"}, {301, "WEB01"}}, ""}}) {
    const MemoryLogFile file("/var/log/cron", with_names(one.renamed), utc(2026, 1, 15));
    CountingMediator mediator;
    process(file, mediator);
    ASSERT_EQ(mediator.series.size(), 1U);
    ASSERT_EQ(mediator.warnings.size(), one.words.empty() ? 0U : 1U);
    if (one.words.empty()) continue;
    EXPECT_EQ(mediator.warnings[0].find(one.words), 0U) << mediator.warnings[0];
  }
}

// Whoever writes a sysctl file that no kernel ran by must not switch the clock off.
TEST(OtherHosts, APidMaxOfTheImageBelowTheLogsPidsIsNotBelieved) {
  const MemoryLogFile file("/var/log/cron", minute_log(), utc(2026, 1, 15));
  HostSeries series;
  series.folder = "/var/log";
  series.files = {&file};
  series.facts.pid_max = 301;
  CountingMediator mediator;
  ASSERT_TRUE(CronOdometer().process(series, {}, mediator));
  EXPECT_EQ(mediator.kinds, std::vector<AnomalyKind>{AnomalyKind::pid_excess});
  ASSERT_EQ(mediator.series.size(), 1U);
  EXPECT_EQ(mediator.series[0].pid_max, 32768U);
  EXPECT_NE(mediator.series[0].pid_max_basis.find("sysctl of the image is below PIDs of the log"),
            std::string::npos)
      << mediator.series[0].pid_max_basis;
  EXPECT_EQ(mediator.warnings,
            std::vector<std::string>{
                "PID 1000 is not below 301, the kernel.pid_max of the image's sysctl files, nor "
                "are those of 1439 other lines of this host: that is not believed; give its own "
                "kernel.pid_max by --pid-max, where it is known"});
}

TEST(OtherHosts, APidMaxThatOneLineReachesIsNamedWithoutOthers) {
  const MemoryLogFile file("/var/log/cron", minute_log(), utc(2026, 1, 15));
  HostSeries series;
  series.folder = "/var/log";
  series.files = {&file};
  const Pid last = 1000 + 1439 * 3 + 700;
  for (const bool image : {true, false}) {
    SCOPED_TRACE(image);
    PluginOptions options;
    (image ? series.facts.pid_max : options.pid_max) = last;
    CountingMediator mediator;
    ASSERT_TRUE(CronOdometer().process(series, options, mediator));
    ASSERT_EQ(mediator.warnings.size(), 1U);
    EXPECT_EQ(mediator.warnings[0].find("other lines"), std::string::npos) << mediator.warnings[0];
    series.facts.pid_max.reset();
  }
}

TEST(OtherHosts, TheSummaryCountsReadingsOfTheClockOnly) {
  const std::string text =
      "2026-01-14T05:00:00+00:00 web01 crond[990]: (CRON) STARTUP (1.4.4)\n"
      "2026-01-14T06:01:01+00:00 web01 CROND[1000]: (root) CMD (run-parts /etc/cron.hourly)\n"
      "2026-01-14T06:01:01+00:00 web01 run-parts(/etc/cron.hourly)[1000]: starting 0anacron\n"
      "2026-01-14T06:05:00+00:00 web01 crond[990]: (*system*) RELOAD (/etc/crontab)\n"
      "2026-01-14T06:06:00+00:00 web01 crontab[1010]: (root) LIST (root)\n"
      "2026-01-14T07:01:01+00:00 web01 CROND[1020]: (root) CMD (run-parts /etc/cron.hourly)\n";
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 1, 15));
  CountingMediator mediator;
  process(file, mediator);
  ASSERT_EQ(mediator.series.size(), 1U);
  EXPECT_EQ(mediator.series[0].records, 6U);
  EXPECT_EQ(mediator.series[0].readings, 3U) << "two jobs and a start of the daemon";
}

// A line that the clock does not believe is no word against the sysctl files.
TEST(OtherHosts, OneForgedLineDoesNotRefuteThePidMaxOfTheImage) {
  std::string text = minute_log();
  const std::size_t at = text.find("CRON[1300]");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 10, "CRON[40000]");
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 1, 15));
  HostSeries series;
  series.folder = "/var/log";
  series.files = {&file};
  series.facts.pid_max = 32768;
  CountingMediator mediator;
  ASSERT_TRUE(CronOdometer().process(series, {}, mediator));
  ASSERT_EQ(mediator.series.size(), 1U);
  EXPECT_EQ(mediator.series[0].pid_max_basis, "sysctl of the image");
  EXPECT_TRUE(mediator.warnings.empty());
}

// OpenBSD, kern_fork.c: allocpid() draws a PID at random.
TEST(OtherHosts, PidsHandedOutAtRandomAreNoClock) {
  std::mt19937 random(7);
  std::string text;
  for (int minute = 0; minute < 600; ++minute)
    text += fmt::format("Jan 14 {:02}:{:02}:01 fw01 /usr/sbin/cron[{}]: (root) CMD (/bin/a{})\n",
                        minute / 60, minute % 60, 2 + random() % 32766, minute % 3);
  const MemoryLogFile file("/var/cron/log", text, utc(2026, 1, 15));
  CountingMediator mediator;
  process(file, mediator);
  EXPECT_EQ(mediator.kinds, std::vector<AnomalyKind>{AnomalyKind::not_a_clock});
}

/// Counts how often it is read from its start.
class OpenedLogFile final : public LogFile {
 public:
  explicit OpenedLogFile(const MemoryLogFile& file) : file_(file) {}
  const FileEntry& entry() const override { return file_.entry(); }
  std::optional<std::string> sha256() const override { return file_.sha256(); }
  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    ++opened;
    return file_.open(form);
  }

  mutable int opened = 0;

 private:
  const MemoryLogFile& file_;
};

TEST(OtherHosts, ALogOfManyIsNotReadAgainForEachHost) {
  const auto opened = [](int hosts, bool records) {
    std::string text;
    for (int minute = 0; minute < 60; ++minute)
      for (int host = 0; host < hosts; ++host)
        text += fmt::format("2026-01-14T10:{:02}:01+00:00 web{} CROND[{}]: (root) CMD (/bin/a)\n",
                            minute, host, 29000 - 900 * host + 3 * minute);
    const MemoryLogFile held("/var/log/cron", text, utc(2026, 1, 15));
    const OpenedLogFile file(held);
    HostSeries series;
    series.folder = "/var/log";
    series.files = {&file};
    PluginOptions options;
    options.records = records;
    CountingMediator mediator;
    EXPECT_TRUE(CronOdometer().process(series, options, mediator));
    EXPECT_EQ(mediator.series.size(), static_cast<std::size_t>(hosts));
    EXPECT_EQ(mediator.records, records ? 60 * hosts : 0);
    return file.opened;
  };
  EXPECT_EQ(opened(30, false), opened(2, false));
  EXPECT_EQ(opened(30, true), opened(2, true));
}

/// A board without a clock of its own: each boot begins at `start` and runs a while; the network
/// sets the time after its first lines.
struct Board {
  bool yearless = true;
  bool from_1970 = true;
  int boots = 104;

  /// From `now` on, which comes back as the time of the end.
  std::string log(Timestamp& now) const {
    std::mt19937 random(11);
    std::string text;
    for (int boot = 0; boot < boots; ++boot) {
      unsigned pid = 380 + static_cast<unsigned>(random() % 200);
      const auto say = [&](Timestamp time, const char* tag, const char* words) {
        text += fmt::format("{} pi01 {}[{}]: {}\n", stamp(time), tag, pid, words);
      };
      const auto start = from_1970 ? utc(1970, 1, 1, 0, 0, 12) : now;
      say(start, "cron", "(CRON) INFO (pidfile fd = 3)");
      say(start, "cron", "(CRON) INFO (Running @reboot jobs)");
      pid += 60 + static_cast<unsigned>(random() % 60);
      now += std::chrono::minutes(10 + random() % 3000);
      now = std::chrono::floor<std::chrono::hours>(now) + std::chrono::seconds(1);
      // Long enough for the counter to fall at the next start, or it might be the daemon's alone.
      const int jobs = 120 + static_cast<int>(random() % 60);
      for (int i = 0; i < jobs; ++i, now += std::chrono::minutes(5)) {
        pid += 3;
        say(now, "CRON", "(root) CMD (/usr/bin/poll)");
      }
    }
    return text;
  }

  std::string stamp(Timestamp time) const {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time - day).count();
    const auto month = static_cast<unsigned>(date.month());
    const std::string clock =
        fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (yearless)
      return fmt::format("{} {:2} {}", kMonths.substr((month - 1) * 3, 3),
                         static_cast<unsigned>(date.day()), clock);
    return fmt::format("{:04}-{:02}-{:02}T{}+00:00", static_cast<int>(date.year()), month,
                       static_cast<unsigned>(date.day()), clock);
  }
};

TEST(OtherHosts, AHostWithoutAClockOfItsOwnGivesItsBootsAndNoNonsense) {
  for (const bool yearless : {true, false})
    for (const bool from_1970 : {true, false}) {
      SCOPED_TRACE(fmt::format("yearless {}, from 1970 {}", yearless, from_1970));
      const Board board{yearless, from_1970, 104};
      Timestamp now = utc(2023, 3, 1, 8, 0, 0);
      const std::string log = board.log(now);
      const MemoryLogFile file("/var/log/syslog", log, now);
      CountingMediator mediator;
      process(file, mediator);
      ASSERT_EQ(mediator.series.size(), 1U);
      EXPECT_EQ(mediator.series[0].boot_sessions, 104U);
      // The first boot is the log's start.
      EXPECT_EQ(mediator.count(AnomalyKind::boot), 103);
      // While it was off no job ran, and nothing else is to be said.
      EXPECT_EQ(std::ssize(mediator.kinds), 103 + mediator.count(AnomalyKind::record_gap));
      EXPECT_EQ(mediator.warnings, std::vector<std::string>{});
    }
}

}  // namespace
}  // namespace pidometer
