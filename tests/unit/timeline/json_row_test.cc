#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "plugin/timeline/row_writer.h"
#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

using Json = nlohmann::json;

constexpr const char* kPathSpec =
    R"("pathspec":{"inode":17,"location":"/var/log/cron","parent":{"location":"/p2","parent":)"
    R"({"parent":{"location":"disk.raw","type_indicator":"OS"},"type_indicator":"RAW"},)"
    R"("part_index":3,"start_offset":63963136,"type_indicator":"TSK_PARTITION"},)"
    R"("type_indicator":"EXT"})";

TEST(WriteJsonl, ExcessByteForByte) {
  EXPECT_EQ(
      write_jsonl(samples::excess()),
      std::string(
          R"j({"baseline_high":2,"baseline_low":2,"baseline_samples":312,"boot_session":1,)j"
          R"j("command":"/sbin/rmmod -as","data_type":"pidometer:anomaly:pid_excess",)j"
          R"j("datetime":"2000-11-08T14:50:00.000000+00:00","display_name":"EXT:/var/log/cron",)j"
          R"j("excess_high":842,"excess_low":842,"excess_pids":842,"expected_pids":2.0,)j"
          R"j("filename":"/var/log/cron","finding_id":")j") +
          finding_id(samples::excess()) +
          R"j(","first_line":576,"first_line_offset":30400,"first_pid":2441,)j"
          R"j("first_record":"root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)","inode":"17",)j"
          R"j("intervals":1,"last_line":577,"last_line_offset":30453,"last_pid":3285,)j"
          R"j("last_record":"root (11/08-09:00:00-3285) CMD (   /sbin/rmmod -as)",)j"
          R"j("level":"critical","log_sha256":)j"
          R"j("9d5e8b4cb22b3b08173f6ecd2e00d31a201eac61d4925106d0d302f5350ce7fb",)j"
          R"j("message":"842 more PIDs were handed out (processes or threads) than the schedule )j"
          R"j(explains between 2000-11-08 08:50:00 and 09:00:00 (-06:00) = 14:50:00 to 15:00:00 )j"
          R"j(UTC","observed_pids":844,"parser":"pidometer/pid_excess",)j" +
          kPathSpec +
          R"j(,"score":12.346,"score_log":9.75,"source_long":"Cron PID odometer",)j"
          R"j("source_short":"LOG","tag":["pid_excess","critical"],)j"
          R"j("time_basis":"year 2000 from the file's mtime","time_certainty":"year_inferred",)j"
          R"j("timestamp":973695000000000,"timestamp_desc":"Start Time","username":"root",)j"
          R"j("window_end":"2000-11-08T15:00:00.000000+00:00",)j"
          R"j("window_start":"2000-11-08T14:50:00.000000+00:00","wraps_assumed":0})j"
          "\n");
}

TEST(WriteJsonl, TaskRunByteForByte) {
  EXPECT_EQ(
      write_jsonl(samples::task_run()),
      std::string(
          R"j({"command":"/usr/lib64/sa/sa1 1 1","cron_event":"command",)j"
          R"j("data_type":"syslog:cron:task_run","datetime":"2023-12-20T03:20:01.000000+00:00",)j"
          R"j("display_name":"EXT:/var/log/cron","filename":"/var/log/cron","hostname":"web01",)j"
          R"j("inode":"17","line":3,"line_offset":120,"log_sha256":)j"
          R"j("9d5e8b4cb22b3b08173f6ecd2e00d31a201eac61d4925106d0d302f5350ce7fb",)j"
          R"j("message":"Cron ran: /usr/lib64/sa/sa1 1 1 for user: root pid: 1206",)j"
          R"j("parser":"pidometer/cronie",)j") +
          kPathSpec +
          R"j(,"pid":1206,"reporter":"CROND","source_long":"Cron PID odometer",)j"
          R"j("source_short":"LOG","tag":["application_execution"],)j"
          R"j("timestamp":1703042401000000,"timestamp_desc":"Recorded Time","username":"root"})j"
          "\n");
}

TEST(WriteJsonl, LineIsNoTaskRun) {
  const Json row = Json::parse(write_jsonl(samples::line()));
  EXPECT_EQ(row["data_type"], "syslog:line");
  EXPECT_EQ(row["cron_event"], "info");
  EXPECT_EQ(row["message"],
            "[crond, pid: 812] (CRON) INFO (RANDOM_DELAY will be scaled with factor 64% if used.)");
  for (const char* key : {"tag", "username", "command"}) EXPECT_FALSE(row.contains(key)) << key;
}

TEST(WriteJsonl, BootHasNoDistance) {
  const Json row = Json::parse(write_jsonl(samples::boot()));
  EXPECT_EQ(row["data_type"], "pidometer:anomaly:boot");
  EXPECT_EQ(row["counter_restarted"], true);
  EXPECT_EQ(row["boot_session"], 2);
  EXPECT_EQ(row["first_pid"], 2441);
  EXPECT_EQ(row["last_pid"], 390);
  EXPECT_EQ(row["tag"], Json::parse(R"(["boot", "informational"])"));
  EXPECT_EQ(row["window_start"], "2000-11-08T14:50:00.000000+00:00");
  EXPECT_EQ(row["datetime"], "2000-11-08T14:51:00.000000+00:00");
  for (const char* key : {"observed_pids", "excess_pids", "score", "baseline_samples", "username"})
    EXPECT_FALSE(row.contains(key)) << key;
}

TEST(WriteJsonl, WarningSaysWhere) {
  const Json row = Json::parse(write_jsonl(samples::damaged_log()));
  EXPECT_EQ(row["data_type"], "pidometer:warning:damaged_log");
  EXPECT_EQ(row["message"], "bytes 4096 to 8192 are lost: E01 chunk checksum");
  EXPECT_EQ(row["range_begin"], 4096);
  EXPECT_EQ(row["range_end"], 8192);
  EXPECT_EQ(row["line"], 80);
  EXPECT_EQ(row["tag"], Json::parse(R"(["warning", "damaged_log"])"));

  TimelineEvent open_end = samples::damaged_log();
  std::get<WarningBody>(open_end.body).warning.range = ByteRange{4096, kUnknownEnd};
  EXPECT_FALSE(Json::parse(write_jsonl(open_end)).contains("range_end"));
}

TEST(WriteJsonl, AbsentIsNeverNull) {
  TimelineEvent event = samples::excess();
  event.username.clear();
  EventSource loose;
  loose.entry.path = "cron";
  loose.entry.display_name = "OS:cron";
  event.source = std::make_shared<const EventSource>(loose);
  auto& finding = std::get<FindingBody>(event.body);
  finding.first_command.clear();
  const Json row = Json::parse(write_jsonl(event));
  for (const auto& [key, value] : row.items()) {
    EXPECT_FALSE(value.is_null()) << key;
    EXPECT_NE(value, "") << key;
    EXPECT_NE(key.front(), '_');
  }
  for (const char* key : {"inode", "hostname", "username", "log_sha256", "pathspec", "command",
                          "reporter", "last_filename"})
    EXPECT_FALSE(row.contains(key)) << key;
}

TEST(WriteJsonl, RealsStayReals) {
  struct Case {
    double value;
    const char* want;
  };
  const Case cases[] = {
      {5, R"("expected_pids":5.0,)"},
      {0, R"("expected_pids":0.0,)"},
      {-0.0, R"("expected_pids":0.0,)"},
      {2.0004, R"("expected_pids":2.0,)"},
      {1.0 / 3, R"("expected_pids":0.333,)"},
      {1e6, R"("expected_pids":1000000.0,)"},
      {std::numeric_limits<double>::infinity(), R"("expected_pids":308.0,)"},
  };
  for (const Case& c : cases) {
    TimelineEvent event = samples::excess();
    std::get<FindingBody>(event.body).anomaly.expected_pids = c.value;
    EXPECT_NE(write_jsonl(event).find(c.want), std::string::npos) << write_jsonl(event);
  }
}

TEST(WriteJsonl, HostileBytesBecomeText) {
  TimelineEvent event = samples::excess();
  event.username = "ro\xfft";
  auto& finding = std::get<FindingBody>(event.body);
  finding.first.text = "root \x1b[2J\xff\"\\ \xc3\xbc\n{\"a\":1}";
  const std::string row = write_jsonl(event);
  EXPECT_EQ(row.find('\n'), row.size() - 1);
  for (const char c : row.substr(0, row.size() - 1)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  const Json json = Json::parse(row);
  EXPECT_EQ(json["first_record"], "root \\x1b[2J\\xff\"\\ \xc3\xbc\\x0a{\"a\":1}");
  EXPECT_EQ(json["username"], "ro\\xfft");
}

TEST(WriteJsonl, NamesTheOtherLogOfAWindowAcrossRotation) {
  TimelineEvent event = samples::excess();
  EventSource other = *samples::source();
  other.entry.path = "/var/log/cron.1";
  other.log_sha256 = "ab";
  std::get<FindingBody>(event.body).last_source = std::make_shared<const EventSource>(other);
  const Json json = Json::parse(write_jsonl(event));
  EXPECT_EQ(json["filename"], "/var/log/cron");
  EXPECT_EQ(json["last_filename"], "/var/log/cron.1");
  EXPECT_EQ(json["last_log_sha256"], "ab");
}

}  // namespace
}  // namespace pidometer
