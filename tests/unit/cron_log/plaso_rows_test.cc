#include "plugin/cron_log/plaso_rows.h"

#include <string>
#include <string_view>
#include <vector>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/log_text.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using test::line;
using test::MemoryLogFile;
using test::pids;
using test::read;

constexpr std::string_view kHead =
    R"j({"__container_type__": "event", "__type__": "AttributeContainer", )j";

/// A row of a second of 2023-12-20 in UTC, 01:20:00 and more.
std::string row(int second, std::string_view host, Pid pid, std::string_view command = "/bin/a",
                std::string_view more = "") {
  std::string text(kHead);
  text += "\"data_type\": \"syslog:line\", \"hostname\": \"";
  text.append(host).append("\", \"message_body\": \"(root) CMD (").append(command);
  text.append(")\", ").append(more).append("\"pid\": ") += std::to_string(pid);
  text.append(", \"reporter\": \"CROND\", \"timestamp\": ");
  return text.append(std::to_string(1703035200 + second)).append("000000}\n");
}

std::string line_of(std::string_view members) {
  PlasoRow parsed;
  EXPECT_EQ(parse_plaso_row(std::string("{").append(members).append("}"), parsed),
            PlasoRow::Kind::syslog)
      << members;
  return plaso_line(parsed);
}

TEST(PlasoRow, BecomesItsLineAgain) {
  const std::string line = R"j("data_type": "syslog:line", )j";
  const std::string task = R"j("data_type": "syslog:cron:task_run", )j";
  const std::string at = R"j("timestamp": 1703035201000000, "hostname": "web01", )j";
  const std::string zone =
      R"j("date_time": {"__class_name__": "TimeElements", "time_elements_tuple": [2023, 12, 20, 3, 20, 1], "time_zone_offset": 120}, )j";
  const std::string body = R"j("message_body": "(root) CMD (/usr/lib64/sa/sa1 1 1)")j";
  const std::pair<std::string, const char*> cases[] = {
      {line + zone + at + R"j("reporter": "CROND", "pid": 1206, )j" + body,
       "2023-12-20T03:20:01+02:00 web01 CROND[1206]: (root) CMD (/usr/lib64/sa/sa1 1 1)"},
      // of no zone; numbers as strings and as reals
      {line + at + R"j("reporter": "CROND", "pid": "1206", )j" + body,
       "2023-12-20T01:20:01+00:00 web01 CROND[1206]: (root) CMD (/usr/lib64/sa/sa1 1 1)"},
      {line + at + R"j("reporter": "CROND", "pid": 1206.0, )j" + body,
       "2023-12-20T01:20:01+00:00 web01 CROND[1206]: (root) CMD (/usr/lib64/sa/sa1 1 1)"},
      {task + at +
           R"j("reporter": "CRON", "pid": 501, "username": "root", "command": "cd / && x", "message_body": "(root) CMD (   cd / && x)")j",
       "2023-12-20T01:20:01+00:00 web01 CRON[501]: (root) CMD (   cd / && x)"},
      // older rows have no body
      {task + at + R"j("reporter": "CRON", "pid": 501, "username": "root", "command": "x")j",
       "2023-12-20T01:20:01+00:00 web01 CRON[501]: (root) CMD (x)"},
      {line + at + R"j("message": "[CROND, pid: 9] (a) CMD (b)")j",
       "2023-12-20T01:20:01+00:00 web01 CROND[9]: (a) CMD (b)"},
      {line + at + R"j("message": "INFO [CROND] words")j",
       "2023-12-20T01:20:01+00:00 web01 CROND: words"},
      // the PID that Plaso has no place for
      {line + at + R"j("reporter": "CRON", "message_body": "[1234567]: (root) CMD (d)")j",
       "2023-12-20T01:20:01+00:00 web01 CRON[1234567]: (root) CMD (d)"},
      {line + at + R"j("reporter": "CRON", "message_body": "[12x]: (root) CMD (d)")j",
       "2023-12-20T01:20:01+00:00 web01 CRON: [12x]: (root) CMD (d)"},
      // a line without a host, as Plaso takes it apart
      {line +
           R"j("timestamp": 1703035201000000, "hostname": "CRON[501]:", "reporter": "(root)", "message_body": "CMD (x)")j",
       "2023-12-20T01:20:01+00:00 CRON[501]: (root) CMD (x)"},
      {line + zone +
           R"j("timestamp": 1703035201123456, "hostname": "h", "reporter": "CROND", "pid": 4, "message_body": "a\nb\u00e9")j",
       "2023-12-20T03:20:01.123456+02:00 h CROND[4]: a#012b\xc3\xa9"},
      // Timesketch's
      {line +
           R"j("datetime": "2023-12-20T01:20:01+00:00", "hostname": "h", "reporter": "CROND", "pid": 4, "message_body": "a")j",
       "2023-12-20T01:20:01+00:00 h CROND[4]: a"},
      // times that are none
      {line +
           R"j("timestamp": 0, "hostname": "h", "reporter": "CROND", "pid": 2, "message_body": "a")j",
       "Plaso row without a valid time: h CROND[2]: a"},
      {line + R"j("datetime": "2023-12-20T01:20:01", "reporter": "x", "message_body": "a")j",
       "Plaso row without a valid time: x: a"},
      {line + R"j("timestamp": 9223372036854775807, "reporter": "x", "message_body": "a")j",
       "Plaso row without a valid time: x: a"},
      {line + R"j("timestamp": -1, "reporter": "x", "message_body": "a")j",
       "Plaso row without a valid time: x: a"},
      // nothing of a row can end its line's header early
      {line + at + R"j("reporter": "CROND[7]: (root)", "message_body": "a")j",
       "2023-12-20T01:20:01+00:00 web01 CROND_7___(root): a"},
  };
  for (const auto& [members, want] : cases) EXPECT_EQ(line_of(members), want);
}

TEST(PlasoRow, Kinds) {
  std::string deep(200'000, '[');
  const std::pair<std::string, PlasoRow::Kind> cases[] = {
      {"{}", PlasoRow::Kind::other},
      {R"j({"a": [{"b": "]}\"\\"}, [], {}, 1.5e3, null]})j", PlasoRow::Kind::other},
      {R"j({"data_type": "fs:stat", "torn": )j", PlasoRow::Kind::other},
      {R"j({"data_type": "syslog:comment"})j", PlasoRow::Kind::other},
      {R"j({"data_type": "syslog:line"})j", PlasoRow::Kind::syslog},
      {R"j({"data_type": "syslog:line", "pid": {"a": 1}, "timestamp": []})j",
       PlasoRow::Kind::syslog},
      {R"j({"data_type": "syslog:line")j", PlasoRow::Kind::broken},
      {R"j({"data_type": "syslog:line"} x)j", PlasoRow::Kind::broken},
      {R"j({"data_type": "syslog:line",})j", PlasoRow::Kind::broken},
      {R"j({"a": [1,], "data_type": "syslog:line"})j", PlasoRow::Kind::broken},
      {R"j({"a": {"b"}, "data_type": "syslog:line"})j", PlasoRow::Kind::broken},
      {R"j({"a": [1}, "data_type": "syslog:line"})j", PlasoRow::Kind::broken},
      {R"j({"a": "\"})j", PlasoRow::Kind::broken},
      {R"j({"date_time": {"a": 1)j", PlasoRow::Kind::broken},
      {R"j({"a": )j" + deep, PlasoRow::Kind::broken},
      {R"j({"date_time": {"a": )j" + deep, PlasoRow::Kind::broken},
      {"[]", PlasoRow::Kind::broken},
      {"", PlasoRow::Kind::broken},
  };
  for (const auto& [text, want] : cases) {
    PlasoRow parsed;
    EXPECT_EQ(parse_plaso_row(text, parsed), want) << text.substr(0, 80);
  }
}

TEST(PlasoRows, AreToldByTheFirst) {
  for (
      const std::string& head :
      {row(1, "h", 2), std::string("\xEF\xBB\xBF").append(row(1, "h", 2)), std::string(kHead),
       std::string(
           R"j({"message": "x", "datetime": "x", "data_type": "fs:stat", "timestamp_desc": "x"})j")})
    EXPECT_EQ(detect_log_form(head), LogForm::plaso_rows) << head;
  for (const char* head :
       {"", "{", "{}", R"j({"data_type": "a"})j", "x\n{\"__container_type__\": \"event\"",
        R"j({"__REALTIME_TIMESTAMP":"1"})j", R"j({"__container_type__": "event_tag"})j"})
    EXPECT_NE(detect_log_form(head), LogForm::plaso_rows) << head;
  EXPECT_TRUE(looks_like_cron_log(row(1, "h", 2)));
  EXPECT_FALSE(looks_like_cron_log(std::string(kHead) + R"j("data_type": "fs:stat"})j"
                                                        "\n"));
}

TEST(PlasoRows, LineNumbersAreThoseOfTheRows) {
  const std::string text = std::string(kHead) + "\"data_type\": \"fs:stat\"}\n" + row(1, "h", 10) +
                           "\n{broken\n" + std::string((4 << 20) + 100, 'x') + "\n" +
                           row(2, "h", 12) + row(0, "h", 8).substr(0, 60);
  MemoryLogFile file("/case/plaso.jsonl", text);
  const auto got = read({&file.block_size(100'000)});
  ASSERT_EQ(got.series.size(), 1U);
  const LogSeries& series = got.series[0];
  EXPECT_EQ(pids(series), (std::vector<Pid>{10, 12}));
  EXPECT_EQ(series.records[0].line, 2U);
  EXPECT_EQ(series.records[1].line, 6U);
  const LogReport& report = series.reports[0];
  EXPECT_EQ(report.lines_skipped,
            (std::map<std::string, std::uint64_t>{{"a row of Plaso's of another data type", 1},
                                                  {"a row of Plaso's that is no JSON object", 2},
                                                  {"a row of Plaso's longer than 4 MiB", 1},
                                                  {"blank line", 1}}));
  EXPECT_EQ(report.unparsed_lines, 3U);
  std::vector<std::uint32_t> warned;
  for (const Warning& warning : got.warnings) warned.push_back(warning.line);
  EXPECT_EQ(warned, (std::vector<std::uint32_t>{4, 5, 7}));
  EXPECT_EQ(report.time_basis.certainty, "taken_from_plaso");
  const std::vector<std::uint32_t> all = {0, 1};
  const auto lines = fetch_lines(series, all);
  ASSERT_TRUE(lines[1]);
  EXPECT_EQ(*lines[1], "2023-12-20T01:20:02+00:00 h CROND[12]: (root) CMD (/bin/a)");
}

TEST(PlasoRows, ARowOfCronsWithoutATimeIsTold) {
  const std::string valid = row(0, "h", 11);
  const std::string invalid = valid.substr(0, valid.find("1703035200000000")) + "0}\n";
  MemoryLogFile file("/case/plaso.jsonl", row(1, "h", 10) + invalid);
  const auto got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].reports[0].lines_skipped.at("a row of Plaso's without a valid time"), 1U);
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_EQ(got.warnings[0].line, 2U);
}

TEST(PlasoRows, OneInstantIsInTheOrderOfPids) {
  MemoryLogFile plain("/case/p.jsonl", row(0, "h", 12) + row(0, "h", 10) + row(0, "h", 11) +
                                           row(1, "h", 14) + row(1, "h", 13));
  EXPECT_EQ(pids(read({&plain}).series.at(0)), (std::vector<Pid>{10, 11, 12, 13, 14}));
  // over a wrap, in the first instant and later; a line that comes a moment late is none
  MemoryLogFile wrap("/case/p.jsonl", row(0, "h", 302) + row(0, "h", 32766) + row(0, "h", 301) +
                                          row(1, "h", 32760) + row(2, "h", 303) +
                                          row(2, "h", 32767) + row(3, "h", 310) + row(3, "h", 299));
  EXPECT_EQ(pids(read({&wrap}).series.at(0)),
            (std::vector<Pid>{32766, 301, 302, 32760, 32767, 303, 299, 310}));
  // what comes unsorted, as of a search in Timesketch
  MemoryLogFile unsorted("/case/p.jsonl", row(5, "h", 20) + row(3, "h", 18) + row(4, "h", 19));
  const auto got = read({&unsorted});
  EXPECT_EQ(pids(got.series.at(0)), (std::vector<Pid>{18, 19, 20}));
  EXPECT_EQ(got.warnings.size(), 0U);
}

TEST(PlasoRows, OneClockAHost) {
  MemoryLogFile file("/case/p.jsonl", row(0, "b", 32000) + row(0, "a", 502) + row(0, "a", 500) +
                                          row(60, "a", 510) + row(60, "b", 32100) +
                                          row(60, "b", 32090) + row(120, "a", 520) +
                                          row(120, "b", 32200));
  const auto got = read({&file});
  ASSERT_EQ(got.series.size(), 2U);
  std::vector<std::vector<Pid>> found = {pids(got.series[0]), pids(got.series[1])};
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found[0], (std::vector<Pid>{500, 502, 510, 520}));
  EXPECT_EQ(found[1], (std::vector<Pid>{32000, 32090, 32100, 32200}));
}

TEST(PlasoRows, AClockSetBackIsTakenApart) {
  // Half an hour twice: PIDs 100 to 108, then 110 to 118; before and behind it all is in order.
  const std::string twice = row(600, "h", 100) + row(600, "h", 110) + row(1200, "h", 112) +
                            row(1200, "h", 102) + row(1800, "h", 104) + row(1800, "h", 114);
  const std::vector<Pid> apart = {90, 100, 102, 104, 110, 112, 114, 120};
  MemoryLogFile step("/case/p.jsonl", row(0, "h", 90) + twice + row(2400, "h", 120));
  EXPECT_EQ(pids(read({&step}).series.at(0)), apart);
  // beside a line far out of its place, which stays there
  MemoryLogFile forged("/case/p.jsonl",
                       row(0, "h", 90) + twice + row(2400, "h", 120) + row(3000, "h", 95));
  std::vector<Pid> with_stray = apart;
  with_stray.push_back(95);
  EXPECT_EQ(pids(read({&forged}).series.at(0)), with_stray);
  // One line out of its place is none, and neither is a block of lines that was moved.
  MemoryLogFile one("/case/p.jsonl", row(0, "h", 90) + row(1, "h", 108) + row(2, "h", 92) +
                                         row(3, "h", 94) + row(4, "h", 96) + row(5, "h", 110));
  EXPECT_EQ(pids(read({&one}).series.at(0)), (std::vector<Pid>{90, 108, 92, 94, 96, 110}));
  MemoryLogFile block("/case/p.jsonl", row(0, "h", 90) + row(1, "h", 104) + row(2, "h", 106) +
                                           row(3, "h", 108) + row(4, "h", 92) + row(5, "h", 94) +
                                           row(6, "h", 96) + row(7, "h", 110));
  EXPECT_EQ(pids(read({&block}).series.at(0)),
            (std::vector<Pid>{90, 104, 106, 108, 92, 94, 96, 110}));
}

TEST(PlasoRows, DisorderOfManyRowsTakesNoTime) {
  // PIDs that fall with time: every stretch is all of them, and none is two sequences.
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += row(i, "h", static_cast<Pid>(30'000 - i));
  MemoryLogFile file("/case/p.jsonl", text);
  EXPECT_EQ(read({&file}).series.at(0).records.size(), 20'000U);
}

TEST(PlasoRows, ALineOfTwoFilesCountsOnce) {
  const std::string syslog = R"j("filename": "/var/log/syslog", )j";
  MemoryLogFile file("/case/p.jsonl", row(0, "h", 10) + row(0, "h", 11) +
                                          row(0, "h", 10, "/bin/a", syslog) +
                                          row(0, "h", 10, "/bin/b"));
  const auto got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 10, 11}));
  EXPECT_EQ(got.series[0].reports[0].duplicate_lines, 1U);
}

TEST(PlasoRows, TheUsersZoneSaysWhatDayItIs) {
  LogSeriesOptions options;
  options.zone = TimeZone::fixed(std::chrono::minutes(-360), "-06:00");
  options.zone_is_users = true;
  const std::string zoned = R"j("date_time": {"time_zone_offset": 60}, )j";
  MemoryLogFile file("/case/p.jsonl", row(0, "h", 10) + row(1, "h", 11, "/bin/a", zoned));
  const auto got = read({&file}, options);
  const auto& records = got.series.at(0).records;
  EXPECT_EQ(records[0].time.time_since_epoch().count(), 1703035200000000);
  EXPECT_EQ(records[0].utc_offset_minutes, -360);
  EXPECT_EQ(records[1].time.time_since_epoch().count(), 1703035201000000);
  EXPECT_EQ(records[1].utc_offset_minutes, 60);
}

TEST(PlasoRows, DamagedBytesAreNoRow) {
  const std::string one = row(0, "h", 10);
  MemoryLogFile file("/case/p.jsonl", one + row(1, "h", 11) + row(2, "h", 12));
  file.damage(one.size() + 5, one.size() + 6);
  const auto got = read({&file});
  EXPECT_EQ(pids(got.series.at(0)), (std::vector<Pid>{10, 12}));
  EXPECT_EQ(got.series[0].reports[0].unparsed_lines, 1U);
}

}  // namespace
}  // namespace pidometer
