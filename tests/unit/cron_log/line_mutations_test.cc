#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/line_parser.h"
#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kSeeds = 20000;

/// What lines are made of: changes that nearly fit find more than any byte does.
constexpr std::string_view kPieces[] = {" ",      "[",       "]:",        "(",
                                        ")",      ") CMD (", "\n",        std::string_view("\0", 1),
                                        "\r",     "0",       "4194305",   "99999999999999999",
                                        ":",      "-",       "Feb",       "Z",
                                        "+26:59", "\xFF",    "/",         "1 ",
                                        ".5",     "CRON",    "run-parts", "message repeated "};

std::string mutate(std::string line, std::mt19937& random) {
  const auto below = [&](std::size_t count) { return random() % count; };
  const std::size_t changes = 1 + below(4);
  for (std::size_t i = 0; i < changes && !line.empty(); ++i) {
    const std::size_t at = below(line.size());
    switch (below(5)) {
      case 0:
        line[at] = static_cast<char>(static_cast<unsigned char>(line[at]) ^ (1U << below(8)));
        break;
      case 1:
        line.erase(at, 1 + below(12));
        break;
      case 2:
        line.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 3:
        line.replace(at, 1, kPieces[below(std::size(kPieces))]);
        break;
      default:
        line.insert(at, line.substr(below(line.size()), below(20)));
        break;
    }
  }
  return line;
}

std::vector<std::string_view> samples() {
  std::vector<std::string_view> all;
  for (const Dialect& dialect : dialects())
    all.insert(all.end(), dialect.samples.begin(), dialect.samples.end());
  return all;
}

bool lies_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

TEST(LineMutations, AChangedLineIsReadOrRefusedWithinItsBytes) {
  const auto lines = samples();
  LabelTable labels;
  SourceTable sources;
  LineParser parser(labels, sources);
  std::size_t records = 0;
  std::size_t refused = 0;
  for (std::uint32_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    const std::string changed = mutate(std::string(lines[seed % lines.size()]), random);
    // A copy of exactly its size, so that a sanitizer sees a byte read too far.
    const std::vector<char> bytes(changed.begin(), changed.end());
    const std::string_view line(bytes.data(), bytes.size());
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + changed);
    const ParsedLine parsed = parse_line(line);
    EXPECT_LE(parsed.column, line.size());
    if (parsed.kind == ParsedLine::Kind::record) {
      ++records;
      const CronRecord& record = parsed.record;
      EXPECT_LE(record.pid, kMaxPid);
      EXPECT_TRUE(record.pid > 0 || record.event == CronEvent::repeated);
      EXPECT_TRUE(record.pid > 0 || record.pid_role == PidRole::none);
      for (const std::string_view part :
           {record.hostname, record.reporter, record.username, record.command, record.folder})
        EXPECT_TRUE(lies_within(part, line));
    } else {
      ++refused;
      EXPECT_NE(parsed.reason, nullptr);
    }
    const ParsedEntry fast = parser.parse(line);
    const ParsedEntry slow = parser.parse_slowly(line);
    EXPECT_EQ(fast.kind, slow.kind);
    EXPECT_EQ(fast.pid, slow.pid);
    EXPECT_EQ(fast.label, slow.label);
    EXPECT_EQ(fast.source, slow.source);
    EXPECT_EQ(fast.time.micros, slow.time.micros);
    EXPECT_EQ(fast.pid_role, slow.pid_role);
  }
  // The changes are small: both answers are met often, or the test tests nothing.
  EXPECT_GT(records, kSeeds / 10);
  EXPECT_GT(refused, kSeeds / 10);
}

TEST(LineMutations, EveryLineIsAccountedFor) {
  constexpr std::uint32_t kLinesPerLog = 200;
  const auto lines = samples();
  for (std::uint32_t first = 0; first < kSeeds && !HasFailure(); first += kLinesPerLog) {
    std::mt19937 random(first);
    std::string texts[2];
    for (std::uint32_t i = 0; i < kLinesPerLog; ++i) {
      const std::string changed = mutate(std::string(lines[random() % lines.size()]), random);
      // Some stand in both files, so that there are duplicates.
      const std::size_t where = random() % 3;
      if (where != 0) texts[0] += changed + "\n";
      if (where != 1) texts[1] += changed + "\n";
    }
    if (first % 400 == 0) texts[0].pop_back();
    test::MemoryLogFile log("/var/log/cron", texts[0], test::utc(2026, 11, 3));
    test::MemoryLogFile other("/var/log/syslog", texts[1], test::utc(2026, 11, 3));
    log.block_size(1 + first);
    other.damage(first, first + 50);
    const LogFile* const files[] = {&log, &other};
    SCOPED_TRACE("seed " + std::to_string(first));
    std::size_t reports = 0;
    std::uint64_t told = 0;
    std::uint64_t all_records = 0;
    std::map<std::string, std::uint64_t> by_file;
    std::map<std::string, std::uint64_t> counted;
    for (const LogSeries& series : read_log_series(files, {}, [](const Warning&) {}, {})) {
      all_records += series.records.size();
      for (std::size_t i = 0; i < series.reports.size(); ++i) {
        const LogReport& report = series.reports[i];
        if (series.owned[i]) {
          ++reports;
          told += report.records;
          counted[report.entry.path] = report.records;
        }
        const std::string& text = texts[report.entry.path == "/var/log/cron" ? 0 : 1];
        const auto feeds = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
        EXPECT_EQ(report.lines, feeds + (text.ends_with('\n') ? 0 : 1));
        EXPECT_EQ(report.lines, report.records + report.other_lines + report.unparsed_lines +
                                    report.duplicate_lines);
        std::uint64_t skipped = 0;
        for (const auto& [reason, count] : report.lines_skipped) skipped += count;
        EXPECT_EQ(skipped, report.other_lines + report.unparsed_lines);
      }
      for (const StoredRecord& record : series.records) {
        ASSERT_LT(record.file, series.reports.size());
        ASSERT_LT(record.label, series.labels.size());
        ASSERT_LT(record.source, series.sources.size());
        EXPECT_LE(record.pid, kMaxPid);
        EXPECT_TRUE(record.pid > 0 || record.pid_role == PidRole::none);
        ++by_file[series.reports[record.file].entry.path];
      }
    }
    EXPECT_EQ(told, all_records);
    for (const auto& [path, count] : by_file) EXPECT_EQ(count, counted[path]) << path;
    EXPECT_EQ(reports, 2U);
  }
}

}  // namespace
}  // namespace pidometer
