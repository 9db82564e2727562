#include "plugin/cron_odometer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

/// Keeps what the plugin produces.
class CollectingMediator final : public Mediator {
 public:
  void produce_event(TimelineEvent event) override { events.push_back(std::move(event)); }
  void produce_warning(Warning warning) override { warnings.push_back(std::move(warning)); }
  void report_log(const HostSeries&, LogReport report) override {
    logs.push_back(std::move(report));
  }
  void report_series(const HostSeries&, SeriesReport report) override {
    series.push_back(std::move(report));
  }
  void report_recovered(const HostSeries&, const std::string& hostname,
                        std::vector<RecoveredLine> lines) override {
    recovered[hostname] = std::move(lines);
  }
  void add_progress(std::uint64_t count) override { bytes += count; }
  bool aborted() const override { return stop; }

  std::vector<FindingBody> findings() const {
    std::vector<FindingBody> bodies;
    for (const TimelineEvent& event : events)
      if (const auto* body = std::get_if<FindingBody>(&event.body)) bodies.push_back(*body);
    return bodies;
  }

  std::vector<TimelineEvent> events;
  std::vector<Warning> warnings;
  std::vector<LogReport> logs;
  std::vector<SeriesReport> series;
  std::map<std::string, std::vector<RecoveredLine>> recovered;
  std::uint64_t bytes = 0;
  bool stop = false;
};

/// A day of a host with one job every five minutes and one more every hour; three PIDs a job.
/// `extra` PIDs are spent after line `at`.
std::vector<std::string> quiet_day(std::size_t at = 0, Pid extra = 0) {
  std::vector<std::string> lines;
  Pid pid = 1000;
  for (int minute = 0; minute < 24 * 60; minute += 5) {
    const auto add = [&](const char* job) {
      lines.push_back(
          fmt::format("2026-03-01T{:02}:{:02}:01+00:00 web01 CRON[{}]: (root) CMD ({})\n",
                      minute / 60, minute % 60, pid, job));
      pid += 3;
      if (lines.size() == at) pid += extra;
    };
    add("/usr/lib/sysstat/sa1 1 1");
    if (minute % 60 == 0) add("run-parts /etc/cron.hourly");
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

void process(const std::vector<const LogFile*>& files, CollectingMediator& mediator,
             const PluginOptions& options = {}) {
  HostSeries series;
  series.image = "web01.E01";
  series.volume = "p2";
  series.folder = "/var/log";
  series.files = files;
  ASSERT_TRUE(CronOdometer().process(series, options, mediator));
}

TEST(CronOdometer, FindsNothingOnAQuietDay) {
  const MemoryLogFile log("/var/log/cron", joined(quiet_day()));
  CollectingMediator mediator;
  process({&log}, mediator);
  EXPECT_TRUE(mediator.findings().empty());
  EXPECT_TRUE(mediator.warnings.empty());
  ASSERT_EQ(mediator.series.size(), 1U);
  EXPECT_EQ(mediator.series[0].records, 312U);
  EXPECT_EQ(mediator.series[0].hostname, "web01");
  EXPECT_EQ(mediator.bytes, joined(quiet_day()).size());
}

TEST(CronOdometer, PutsAnExcessAtItsRecord) {
  const std::vector<std::string> lines = quiet_day(100, 40);
  const MemoryLogFile log("/var/log/cron", joined(lines));
  CollectingMediator mediator;
  process({&log}, mediator);
  const std::vector<FindingBody> found = mediator.findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].anomaly.excess_pids, 40);
  EXPECT_EQ(found[0].first.line, 100U);
  EXPECT_EQ(found[0].first.text + "\n", lines[99]);
  EXPECT_EQ(found[0].last.text + "\n", lines[100]);
  EXPECT_EQ(found[0].first.offset, joined(lines).find(lines[99]));
  EXPECT_EQ(found[0].time_basis.certainty, "exact");
}

TEST(CronOdometer, ListsWhatCameBackAndNoLiveLogHas) {
  const std::vector<std::string> lines = quiet_day();
  const std::string text = joined(lines);
  MemoryLogFile carved("(unallocated)", text);
  Recovery recovery;
  recovery.method = RecoveryMethod::carved_slack;
  recovery.extents = {{0, text.size(), 5000}};
  carved.recovered(recovery);
  HostSeries series;
  series.volume = "p2";
  series.recovered = true;
  series.files = {&carved};
  series.known_lines = {{0, text.find(lines[2])}};
  CollectingMediator mediator;
  ASSERT_TRUE(CronOdometer().process(series, {}, mediator));
  const std::vector<RecoveredLine>& found = mediator.recovered["web01"];
  ASSERT_EQ(found.size(), lines.size() - 2);
  EXPECT_EQ(found[0].offset, 5000 + text.find(lines[1]));
  EXPECT_EQ(found[1].offset, 5000 + text.find(lines[3]));
  EXPECT_EQ(found[1].time, test::utc(2026, 3, 1, 0, 10, 1));
  EXPECT_EQ(found[1].method, RecoveryMethod::carved_slack);
  EXPECT_FALSE(found[1].year_inferred || found[1].of_volume);
  // A live series has none to tell of.
  CollectingMediator live;
  process({&carved}, live);
  EXPECT_TRUE(live.recovered.empty());
}

TEST(CronOdometer, MarksWhatAJournalsReplayBrought) {
  const std::vector<std::string> lines = quiet_day(100, 40);
  const std::string text = joined(lines);
  // From the middle of line 101 on: a line of which a part only was on the disk is new as a whole.
  const std::uint64_t begin = text.find(lines[100]) + 10;
  MemoryLogFile log("/var/log/cron", text);
  log.replayed(begin, text.size());
  const auto marked_records = [](const CollectingMediator& mediator) {
    std::size_t count = 0;
    for (const TimelineEvent& event : mediator.events)
      if (const auto* record = std::get_if<RecordBody>(&event.body))
        count += record->line.journal_replayed ? 1U : 0U;
    return count;
  };
  PluginOptions options;
  options.records = true;
  CollectingMediator mediator;
  process({&log}, mediator, options);
  const std::vector<FindingBody> found = mediator.findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].first.journal_replayed);
  EXPECT_TRUE(found[0].last.journal_replayed);
  EXPECT_EQ(marked_records(mediator), lines.size() - 100);

  // Only the newline before line 101: no line's text.
  MemoryLogFile newline("/var/log/cron", text);
  newline.replayed(text.find(lines[100]) - 1, text.find(lines[100]));
  CollectingMediator none;
  process({&newline}, none, options);
  EXPECT_EQ(marked_records(none), 0U);

  // Where the offsets of a packed file's bytes say nothing of its lines, all are.
  MemoryLogFile packed("/var/log/cron.1.gz", text);
  packed.compressed().replayed(5, 6);
  CollectingMediator all;
  process({&packed}, all, options);
  EXPECT_EQ(marked_records(all), lines.size());
}

TEST(CronOdometer, KeepsTheHostsOfALogServerApart) {
  // Two hosts in one file, line by line; one of them spends 40 PIDs that nothing explains.
  const std::vector<std::string> web = quiet_day(100, 40);
  std::vector<std::string> db = quiet_day();
  std::string text;
  std::size_t place = 0;
  for (std::size_t i = 0; i < web.size(); ++i) {
    if (i == 99) place = text.size();
    const std::size_t name = db[i].find("web01");
    db[i].replace(name, 5, "db02");
    db[i].insert(db[i].find('[') + 1, "1");  // PIDs from 11000 on
    text += web[i] + db[i];
  }
  const MemoryLogFile log("/var/log/cron", text);
  CollectingMediator mediator;
  PluginOptions options;
  options.records = true;
  process({&log}, mediator, options);
  const std::vector<FindingBody> found = mediator.findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].anomaly.excess_pids, 40);
  EXPECT_EQ(found[0].first.offset, place);
  std::size_t rows = 0;
  for (const TimelineEvent& event : mediator.events) {
    if (std::get_if<FindingBody>(&event.body) != nullptr) {
      EXPECT_EQ(event.hostname, "web01");
    }
    if (const auto* body = std::get_if<RecordBody>(&event.body)) {
      ++rows;
      EXPECT_NE(body->line.text.find(" " + event.hostname + " "), std::string::npos);
    }
  }
  EXPECT_EQ(rows, web.size() + db.size());
  ASSERT_EQ(mediator.series.size(), 2U);
  ASSERT_EQ(mediator.logs.size(), 1U);
  EXPECT_EQ(mediator.logs[0].lines, rows);
  EXPECT_EQ(mediator.logs[0].records, rows);
  EXPECT_TRUE(mediator.warnings.empty());
}

/// Counts how often it is opened.
class CountedLogFile final : public LogFile {
 public:
  explicit CountedLogFile(const LogFile& file) : file_(file) {}
  const FileEntry& entry() const override { return file_.entry(); }
  std::optional<std::string> sha256() const override { return file_.sha256(); }
  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    ++opened;
    return file_.open(form);
  }

  mutable std::size_t opened = 0;

 private:
  const LogFile& file_;
};

TEST(CronOdometer, ReadsALogServersLogOnceForTheLinesOfAllHosts) {
  constexpr std::size_t kHosts = 20;
  const std::vector<std::string> lines = quiet_day(100, 40);
  std::string text;
  for (const std::string& line : lines)
    for (std::size_t host = 0; host < kHosts; ++host) {
      const std::size_t name = line.find("web01");
      const std::size_t pid = line.find('[') + 1;
      text += fmt::format("{}web{:02}{}{}{}", line.substr(0, name), 10 + host,
                          line.substr(name + 5, pid - name - 5), 10 + host, line.substr(pid));
    }
  const MemoryLogFile log("/var/log/cron.1.gz", text);
  const CountedLogFile counted(log);
  CollectingMediator mediator;
  process({&counted}, mediator);
  EXPECT_EQ(mediator.series.size(), kHosts);
  const std::vector<FindingBody> found = mediator.findings();
  ASSERT_EQ(found.size(), kHosts);
  for (std::size_t host = 0; host < kHosts; ++host) {
    EXPECT_NE(found[host].first.text.find(fmt::format(" web{:02} ", 10 + host)), std::string::npos);
    EXPECT_EQ(text.compare(found[host].first.offset, found[host].first.text.size(),
                           found[host].first.text),
              0);
  }
  EXPECT_EQ(counted.opened, 2U);  // for the records, and for the lines
}

TEST(CronOdometer, ARecordsRowHasItsOwnDialectAndHost) {
  const MemoryLogFile log("/var/log/cron",
                          "2026-03-01T00:00:01+00:00 web01 CRON[800]: (root) CMD (/a)\n"
                          "2026-03-01T00:05:01+00:00 web01 CRON[803]: (root) CMD (/a)\n"
                          "2026-03-01T00:10:01+00:00 web02 CROND[806]: (root) CMD (/a)\n");
  CollectingMediator mediator;
  PluginOptions options;
  options.records = true;
  process({&log}, mediator, options);
  std::vector<std::pair<std::string, std::string>> got;
  for (const TimelineEvent& event : mediator.events)
    if (std::get_if<RecordBody>(&event.body)) got.emplace_back(event.parser, event.hostname);
  EXPECT_EQ(got, (std::vector<std::pair<std::string, std::string>>{
                     {"debian_cron", "web01"}, {"debian_cron", "web01"}, {"cronie", "web02"}}));
}

/// Where evidence is damaged at most a gap is told, and damage as its cause.
void expect_no_accusation(const CollectingMediator& mediator) {
  for (const TimelineEvent& event : mediator.events) {
    const auto* body = std::get_if<FindingBody>(&event.body);
    if (body == nullptr) continue;
    EXPECT_EQ(body->anomaly.kind, AnomalyKind::record_gap);
    EXPECT_EQ(body->anomaly.cause, GapCause::evidence_damaged);
    EXPECT_EQ(body->anomaly.level, Level::informational);
  }
}

TEST(CronOdometer, NeverAccusesAcrossDamage) {
  // Every place where a few lines may be lost: whatever is missing there, nobody is accused. The
  // last newline is intact, so that the line behind the damage is a record.
  const std::vector<std::string> lines = quiet_day();
  for (std::size_t first = 1; first + 6 < lines.size(); first += 3) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
      SCOPED_TRACE(std::to_string(count) + " lines lost from line " + std::to_string(first + 1));
      std::string text;
      std::uint64_t begin = 0;
      std::uint64_t end = 0;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == first) begin = text.size();
        const bool lost = i >= first && i < first + count;
        text += lost ? std::string(lines[i].size() - 1, '\0') + '\n' : lines[i];
        if (lost) end = text.size() - 1;
      }
      MemoryLogFile log("/var/log/cron", text);
      log.damage(begin, end, "E01 chunk checksum");
      CollectingMediator mediator;
      process({&log}, mediator);
      expect_no_accusation(mediator);
      // and the damage is a row, dated by the record before it
      std::size_t rows = 0;
      for (const TimelineEvent& event : mediator.events)
        if (const auto* body = std::get_if<WarningBody>(&event.body)) {
          ++rows;
          EXPECT_EQ(body->warning.kind, WarningKind::damaged_log);
          EXPECT_EQ(body->warning.line, first);
        }
      EXPECT_EQ(rows, 1U);
    }
  }
}

TEST(CronOdometer, DamageAtTheEndOfARotationIsBeforeTheNextOne) {
  const std::vector<std::string> lines = quiet_day();
  const std::vector<std::string> older(lines.begin(), lines.begin() + 150);
  const std::vector<std::string> newer(lines.begin() + 153, lines.end());
  MemoryLogFile rotated("/var/log/cron.1", joined(older) + std::string(200, '\0'));
  rotated.damage(joined(older).size(), kUnknownEnd, "the gzip stream ends too early");
  const MemoryLogFile current("/var/log/cron", joined(newer));
  CollectingMediator mediator;
  process({&rotated, &current}, mediator);
  expect_no_accusation(mediator);
}

TEST(CronOdometer, StopsWhenItIsTold) {
  const MemoryLogFile log("/var/log/cron", joined(quiet_day(100, 40)));
  CollectingMediator mediator;
  mediator.stop = true;
  process({&log}, mediator);
  EXPECT_TRUE(mediator.events.empty());
}

TEST(CronOdometer, MakesARowOfEveryRecordWhenAsked) {
  const MemoryLogFile log("/var/log/cron", joined(quiet_day()));
  CollectingMediator mediator;
  PluginOptions options;
  options.records = true;
  process({&log}, mediator, options);
  ASSERT_EQ(mediator.events.size(), 312U);
  const auto& record = std::get<RecordBody>(mediator.events[1].body);
  EXPECT_EQ(record.command, "run-parts /etc/cron.hourly");
  EXPECT_EQ(record.pid, 1003U);
  EXPECT_EQ(record.line.line, 2U);
}

}  // namespace
}  // namespace pidometer
