#include "merge/row_normalizer.h"

#include <gtest/gtest.h>

#include "plugin/timeline/row_writer.h"
#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

struct Normalized {
  std::string text;
  std::string reason;
  unsigned remarks = 0;
  std::int64_t time = 0;
};

Normalized normalize(std::string_view line, bool verbatim = false) {
  KeyTypes types;
  RowNormalizer normalizer(verbatim, types);
  Normalized out;
  const auto row = normalizer.normalize(line, {0, 1}, out.text);
  if (!row) {
    out.reason = row.error();
    return out;
  }
  out.remarks = row->remarks;
  out.time = row->time.time_since_epoch().count();
  return out;
}

/// A row with the keys that each must have, and `rest`.
std::string row(const std::string& rest) {
  return "{\"message\":\"m\",\"timestamp_desc\":\"d\"," + rest + "}";
}

TEST(RowNormalizer, LeavesOurOwnRowsAsTheyAre) {
  for (const TimelineEvent& event :
       {samples::excess(), samples::witnessed_excess(), samples::lost_copies(), samples::deficit(),
        samples::activity(), samples::not_a_clock(), samples::task_run(), samples::line(),
        samples::damaged_log()}) {
    std::string line = write_jsonl(event);
    line.pop_back();
    const Normalized done = normalize(line);
    EXPECT_EQ(done.text, line);
    EXPECT_EQ(done.remarks, 0U);
    EXPECT_EQ(done.time, event.time.time_since_epoch().count());
  }
}

TEST(RowNormalizer, MakesOfPlasosFormWhatOurOwnIs) {
  std::string line = write_plaso(samples::task_run());
  line.pop_back();
  EXPECT_EQ(normalize(line).text,
            "{\"command\":\"/usr/lib64/sa/sa1 1 1\",\"cron_event\":\"command\",\"data_type\":"
            "\"syslog:cron:task_run\",\"date_time\":{\"timestamp\":1703042401000000},\"datetime\":"
            "\"2023-12-20T03:20:01.000000+00:00\",\"display_name\":\"EXT:/var/log/cron\","
            "\"filename\":\"/var/log/cron\",\"hostname\":\"web01\",\"inode\":\"17\",\"line\":3,"
            "\"line_offset\":120,\"log_sha256\":"
            "\"9d5e8b4cb22b3b08173f6ecd2e00d31a201eac61d4925106d0d302f5350ce7fb\",\"message\":"
            "\"Cron ran: /usr/lib64/sa/sa1 1 1 for user: root pid: 1206\",\"parser\":"
            "\"pidometer/cronie\",\"pathspec\":{\"inode\":17,\"location\":\"/var/log/cron\","
            "\"parent\":{\"location\":\"/p2\",\"parent\":{\"parent\":{\"location\":\"disk.raw\","
            "\"type_indicator\":\"OS\"},\"type_indicator\":\"RAW\"},\"part_index\":3,"
            "\"start_offset\":63963136,\"type_indicator\":\"TSK_PARTITION\"},\"type_indicator\":"
            "\"EXT\"},\"pid\":1206,\"reporter\":\"CROND\",\"tag\":[\"application_execution\"],"
            "\"timestamp\":1703042401000000,\"timestamp_desc\":\"Recorded Time\",\"username\":"
            "\"root\"}");
  EXPECT_EQ(normalize(line, true).text, line);
}

TEST(RowNormalizer, TagsBecomeLists) {
  const std::pair<const char*, const char*> cases[] = {
      {"[\"a\",\"b\"]", "[\"a\",\"b\"]"},
      {"\"a, b,,c\"", "[\"a\",\"b\",\"c\"]"},
      {"\"a\"", "[\"a\"]"},
      {"\"-\"", "[]"},
      {"\"[\\\"a\\\", \\\"b\\\"]\"", "[\"a\",\"b\"]"},
      {"\"[a,b\"", "[\"[a\",\"b\"]"},
      // a list in a text has its own escapes beside those of the text: ["\u00e9\n"], ["a\\","b"],
      // ["a\"b"]
      {R"("[\"\\u00e9\\n\"]")", R"(["\u00e9\n"])"},
      {R"("[\"\u00e9\"]")", R"(["\u00e9"])"},
      {R"("[\"a\\\\\",\"b\"]")", R"(["a\\","b"])"},
      {R"("[\"a\\\"b\"]")", R"(["a\"b"])"},
      {R"("[\"\\ud83d\\ude00\ud83d\ude00\"]")", R"(["\ud83d\ude00\ud83d\ude00"])"},
      {R"("[ ]")", "[]"},
      // tags are texts
      {R"("[1,{\"x\":2}]")", R"(["[1","{\"x\":2}]"])"},
      {R"("[\"a\"],\"x\":[1]")", R"(["[\"a\"]","\"x\":[1]"])"},
      // as Python shows a list, and as Timesketch exports it
      {"\"['a','b']\"", "[\"a\",\"b\"]"},
      {"\"['a', \\\"it's\\\", '']\"", "[\"a\",\"it's\"]"},
      {"\"['a', b]\"", "[\"['a'\",\"b]\"]"},
      {"\"['a\"", "[\"['a\"]"},
      {"{\"labels\":[\"x\"],\"__type__\":\"AttributeContainer\"}", "[\"x\"]"},
      // what is no list and no text: its JSON is the label
      {"{\"name\":\t\"x\"}", R"(["{\"name\":\t\"x\"}"])"},
      {"7", "[\"7\"]"},
      {"null", "[]"},
  };
  for (const auto& [tag, want] : cases)
    EXPECT_NE(
        normalize(row("\"datetime\":\"2026-01-01T00:00:00+00:00\",\"tag\":" + std::string(tag)))
            .text.find(",\"tag\":" + std::string(want) + ",\"timestamp\":"),
        std::string::npos)
        << tag;
}

TEST(RowNormalizer, MakesTextOfWhatIsReadAsText) {
  EXPECT_NE(
      normalize(R"({"message":{"a":"\\"},"timestamp_desc":7,"datetime":"2026-01-01T00:00:00Z"})")
          .text.find(R"("message":"{\"a\":\"\\\\\"}",)"),
      std::string::npos);
  EXPECT_NE(normalize(R"({"message":"m","timestamp_desc":7,"datetime":"2026-01-01T00:00:00Z"})")
                .text.find(R"("timestamp_desc":"7"})"),
            std::string::npos);
}

TEST(RowNormalizer, SaysNothingOfBytesThatItLeavesOut) {
  const std::string time = R"("datetime":"2026-01-01T00:00:00+00:00","pathspec":)";
  EXPECT_EQ(normalize(row(time + R"({"a":1,"_h":"\udc80"})")).remarks, 0U);
  EXPECT_EQ(normalize(row(time + R"({"a":"\udc80","_h":1})")).remarks,
            unsigned{remark_bytes_escaped});
}

struct TimeCase {
  const char* rest;
  std::int64_t time;
  unsigned remarks;
  const char* part;  // of the row
};

TEST(RowNormalizer, FindsTheInstant) {
  const TimeCase cases[] = {
      {"\"datetime\":\"2000-11-08T14:50:00Z\"", 973695000000000, 0,
       "\"datetime\":\"2000-11-08T14:50:00Z\",\"message\":\"m\",\"timestamp\":973695000000000,"},
      {"\"datetime\":\"2000-11-08T08:50:00.5-06:00\",\"timestamp\":973695000500000",
       973695000500000, 0, "\"datetime\":\"2000-11-08T08:50:00.5-06:00\""},
      // Without an offset: UTC, said; or what a timestamp close by says.
      // what the standards allow and importers do not read is written anew
      {"\"datetime\":\"20001108T145000Z\"", 973695000000000, 0,
       "\"datetime\":\"2000-11-08T14:50:00.000000+00:00\""},
      {"\"datetime\":\"2000-11-08t14:50:00,5z\"", 973695000500000, 0,
       "\"datetime\":\"2000-11-08T14:50:00.500000+00:00\""},
      {"\"datetime\":\"2000-11-07T24:00:00Z\"", 973641600000000, 0,
       "\"datetime\":\"2000-11-08T00:00:00.000000+00:00\""},
      {"\"datetime\":\"1998-12-31T23:59:60Z\"", 915148800000000, 0,
       "\"datetime\":\"1999-01-01T00:00:00.000000+00:00\""},
      {"\"datetime\":\"2000-11-08 14:50:00\"", 973695000000000, remark_zone_assumed,
       "\"datetime\":\"2000-11-08T14:50:00.000000+00:00\""},
      {"\"datetime\":\"2000-11-08T08:50:00\",\"timestamp\":973695000000000", 973695000000000, 0,
       "\"datetime\":\"2000-11-08T14:50:00.000000+00:00\""},
      {"\"datetime\":\"2000-11-08T08:50:00\",\"timestamp\":5", 973673400000000,
       remark_zone_assumed | remark_times_differ, "\"timestamp\":5,"},
      // A timestamp of another instant or type.
      {"\"datetime\":\"2000-11-08T14:50:00Z\",\"timestamp\":973695000", 973695000000000,
       remark_times_differ, "\"timestamp\":973695000,"},
      {"\"datetime\":\"2000-11-08T14:50:00Z\",\"timestamp\":\"973695000000000\"", 973695000000000,
       remark_times_differ, "\"timestamp\":973695000000000,"},
      {"\"datetime\":\"2000-11-08T14:50:00Z\",\"timestamp\":null", 973695000000000, 0,
       "\"timestamp\":973695000000000,"},
      // Plaso's rows, and those that can only be microseconds.
      {"\"__container_type__\":\"event\",\"timestamp\":-1", -1, 0,
       "\"datetime\":\"1969-12-31T23:59:59.999999+00:00\""},
      {"\"date_time\":{\"__class_name__\":\"PosixTime\",\"timestamp\":0},\"timestamp\":0", 0, 0,
       "\"datetime\":\"1970-01-01T00:00:00.000000+00:00\""},
      {"\"timestamp\":973695000000000,\"datetime\":null", 973695000000000, 0,
       "\"datetime\":\"2000-11-08T14:50:00.000000+00:00\""},
  };
  for (const TimeCase& c : cases) {
    SCOPED_TRACE(c.rest);
    const Normalized done = normalize(row(c.rest));
    EXPECT_EQ(done.reason, "");
    EXPECT_EQ(done.time, c.time);
    EXPECT_EQ(done.remarks, c.remarks);
    EXPECT_NE(done.text.find(c.part), std::string::npos) << done.text;
  }
}

// The distance of the two is beyond 64 bits, and wrapped around it would be none.
TEST(RowNormalizer, ATimestampThatNoClockHasIsNoInstant) {
  for (const char* timestamp : {"9223372036854775807", "-9223372036854775808"})
    for (const char* datetime : {"1969-12-31T23:59:59.999999", "1960-01-01T00:00:00"}) {
      const Normalized done = normalize(
          row(std::string("\"datetime\":\"") + datetime + "\",\"timestamp\":" + timestamp));
      EXPECT_EQ(done.reason, "") << datetime << timestamp;
      EXPECT_EQ(done.remarks, remark_zone_assumed | remark_times_differ) << datetime << timestamp;
    }
}

TEST(RowNormalizer, SaysWhyALineIsLeftOut) {
  const std::pair<std::string, const char*> cases[] = {
      {"{\"a\":1", "it ends too early (byte 6)"},
      {row("\"datetime\":\"2026-01-01T00:00:00Z\",\"datetime\":\"x\""),
       "the key datetime stands in it twice"},
      {"{\"datetime\":\"2026-01-01T00:00:00Z\",\"message\":\"m\"}",
       "it has no timestamp_desc, which Timesketch asks for"},
      {"{\"datetime\":\"2026-01-01T00:00:00Z\",\"timestamp_desc\":\"d\",\"message\":null}",
       "it has no message, which Timesketch asks for"},
      {row("\"x\":1"), "it has neither datetime nor timestamp"},
      {row("\"datetime\":\"yesterday\",\"timestamp\":973695000000000"),
       "its datetime, \"yesterday\", is no time of ISO 8601 that is read: write it as "
       "2026-10-25T02:30:00Z"},
      {row("\"datetime\":5"),
       "its datetime, 5, is no time of ISO 8601 that is read: write it as "
       "2026-10-25T02:30:00Z"},
      {row("\"datetime\":\"0000-01-01T00:00:00Z\""),
       "its datetime lies outside the years 1 to 9999"},
      {row("\"timestamp\":973695000"),
       "it has no datetime, and nothing says the unit of its timestamp"},
      {row("\"timestamp\":\"x\""),
       "it has no datetime, and its timestamp is no integer of 64 bits"},
      {row("\"timestamp\":99999999999999999999"),
       "it has no datetime, and its timestamp is no integer of 64 bits"},
      {row("\"__container_type__\":\"event\",\"timestamp\":0"),
       "its time is not known (a timestamp of 0, or a date_time that says so)"},
      {row("\"date_time\":{\"__class_name__\":\"InvalidTime\"},\"timestamp\":0"),
       "its time is not known (a timestamp of 0, or a date_time that says so)"},
      {row("\"__container_type__\":\"event\",\"timestamp\":9000000000000000000"),
       "its timestamp lies outside the years 1 to 9999"},
  };
  for (const auto& [line, reason] : cases) EXPECT_EQ(normalize(line).reason, reason) << line;
}

TEST(RowNormalizer, KeysOfAnySpellingAreSortedAndCompared) {
  EXPECT_EQ(normalize(row("\"z\":1,\"\\u0061\":2,\"\\u005fhidden\":3,\"datetime\":"
                          "\"2026-01-01T00:00:00Z\",\"timestamp\":1767225600000000"))
                .text,
            "{\"a\":2,\"datetime\":\"2026-01-01T00:00:00Z\",\"message\":\"m\",\"timestamp\":"
            "1767225600000000,\"timestamp_desc\":\"d\",\"z\":1}");
  EXPECT_EQ(normalize(row("\"a\":1,\"\\u0061\":2")).reason, "the key a stands in it twice");
}

TEST(RowNormalizer, VerbatimAsksForATimeAlone) {
  const std::string line = "{ \"timestamp\" : 973695000000000, \"_x\": \"\\/\" }";
  EXPECT_EQ(normalize(line, true).text, line);
  EXPECT_EQ(normalize(line, true).time, 973695000000000);
  EXPECT_NE(normalize("{\"x\":1}", true).reason, "");
}

}  // namespace
}  // namespace pidometer
