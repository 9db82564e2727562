#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "capi/fed_logs.h"
#include "capi/pidometer.h"
#include "tests/support/temporary_folder.h"

namespace {

/// A day of a job every ten minutes, two PIDs each, and 500 more at noon.
std::string log_of_a_day() {
  std::string text;
  int pid = 1000;
  for (int minute = 0; minute < 24 * 60; minute += 10) {
    char line[128];
    std::snprintf(line, sizeof line,
                  "Nov  2 %02d:%02d:01 web01 CROND[%d]: (root) CMD (/usr/lib/sa/sa1 1 1)\n",
                  minute / 60, minute % 60, pid);
    text += line;
    pid += minute == 12 * 60 ? 502 : 2;
  }
  return text;
}

constexpr int64_t kMtime = 1793664000'000'000;  // 2026-11-03 00:00 UTC

struct Rows {
  std::vector<std::string> rows;
  std::size_t most = SIZE_MAX;
};

int take(void* user, const char* row, size_t length) {
  auto* const rows = static_cast<Rows*>(user);
  EXPECT_EQ(std::strlen(row), length);
  rows->rows.emplace_back(row, length);
  return rows->rows.size() < rows->most ? 0 : 1;
}

/// A scan that frees itself, and the errors of its calls as values of the tests.
class Scan {
 public:
  Scan() { EXPECT_EQ(pidometer_scan_new(&scan_), nullptr); }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;
  ~Scan() { pidometer_scan_free(scan_); }

  pidometer_scan* get() const { return scan_; }
  std::string set(const char* name, const char* value) {
    return words(pidometer_scan_set(scan_, name, value));
  }
  std::string add(const char* name, const std::string& bytes) {
    return words(pidometer_scan_add_log(scan_, name, kMtime, bytes.data(), bytes.size()));
  }
  std::string run(Rows& rows) { return words(pidometer_scan_run(scan_, take, &rows)); }

  /// "kind: message"; empty for none.
  static std::string words(pidometer_error* error) {
    if (error == nullptr) return {};
    std::string text =
        std::string(pidometer_error_kind_name(error)) + ": " + pidometer_error_message(error);
    EXPECT_GT(pidometer_error_kind(error), 0);
    pidometer_error_free(error);
    return text;
  }

 private:
  pidometer_scan* scan_ = nullptr;
};

TEST(Library, JudgesFedBytes) {
  Scan scan;
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_NOT_RUN);
  EXPECT_EQ(scan.set("timezone", "Europe/Berlin"), "");
  EXPECT_EQ(scan.add("/var/log/cron", log_of_a_day()), "");
  Rows rows;
  EXPECT_EQ(scan.run(rows), "");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_COMPLETE);
  ASSERT_FALSE(rows.rows.empty());
  EXPECT_NE(rows.rows.front().find("\"excess_pids\":500"), std::string::npos) << rows.rows.front();
  // Noon in Berlin.
  EXPECT_NE(rows.rows.front().find("2026-11-02T11:00:01"), std::string::npos) << rows.rows.front();
  std::size_t length = 0;
  const char* const summary = pidometer_scan_summary(scan.get(), &length);
  EXPECT_EQ(std::strlen(summary), length);
  EXPECT_NE(std::strstr(summary, "\"fed logs\""), nullptr);
}

TEST(Library, PiecesAreOneLog) {
  const std::string text = log_of_a_day();
  Scan whole;
  Scan pieces;
  EXPECT_EQ(whole.add("cron", text), "");
  EXPECT_EQ(pieces.add("cron", {}), "");
  for (std::size_t at = 0; at < text.size(); at += 1001) {
    const std::string piece = text.substr(at, 1001);
    EXPECT_EQ(Scan::words(pidometer_scan_append(pieces.get(), piece.data(), piece.size())), "");
  }
  Rows of_whole;
  Rows of_pieces;
  EXPECT_EQ(whole.run(of_whole), "");
  EXPECT_EQ(pieces.run(of_pieces), "");
  EXPECT_EQ(of_whole.rows, of_pieces.rows);
  EXPECT_FALSE(of_whole.rows.empty());
}

TEST(Library, OptionsAreThoseOfTheProgram) {
  struct Case {
    const char* name;
    const char* value;
    bool good;
    const char* words;
  };
  const Case cases[] = {
      {"timezone", "-06:00", true, ""},
      {"year", "2000", true, ""},
      {"year", "two", false, "usage: cannot use the option 'year'"},
      {"pid-max", "32768", true, ""},
      {"pid-max", "1", false, "usage: cannot use the option 'pid-max'"},
      {"records", "true", true, ""},
      {"records", "yes", false, "usage: cannot use 'yes' for the option 'records'"},
      {"witnesses", "false", true, ""},
      {"min-level", "high", true, ""},
      {"min-level", "loud", false, "usage: cannot use the option 'min-level'"},
      {"min-level", nullptr, true, ""},
      {"step-limit", "0", true, ""},
      {"as", "log", true, ""},
      {"output", "rows", false, "usage: there is no option 'output'"},
      {"", "", false, "usage: there is no option ''"},
      {"since", "", false, "usage: cannot use the option 'since'"},
      {"until", "", false, "usage: cannot use the option 'until'"},
      {"timezone", "", false, "usage: cannot use the option 'timezone'"},
      {"known", "", false, "usage: cannot use the option 'known'"},
      {"year", "", false, "usage: cannot use the option 'year'"},
      // Nothing that is one on the command line becomes another one here.
      {"timezone", "UTC --output=x", false, "usage: cannot use the option 'timezone'"},
      {"since", "yesterday", false, "usage: cannot use the option 'since'"},
      {"known", "/nonexistent", false, "usage: cannot use the option 'known'"},
  };
  Scan scan;
  for (const Case& one : cases) EXPECT_EQ(scan.set(one.name, one.value), one.words) << one.name;
  // What was refused is not in force.
  EXPECT_EQ(scan.add("cron", log_of_a_day()), "");
  Rows rows;
  EXPECT_EQ(scan.run(rows), "");
}

TEST(Library, ARefusedOptionSaysWhyAndWhatToDo) {
  Scan scan;
  pidometer_error* const error = pidometer_scan_set(scan.get(), "timezone", "Mars/Olympus");
  ASSERT_NE(error, nullptr);
  EXPECT_NE(std::string(pidometer_error_reason(error)).find("Mars/Olympus"), std::string::npos);
  EXPECT_STRNE(pidometer_error_help(error), "");
  pidometer_error_free(error);
}

TEST(Library, TimesOfKnownWorkWithoutAnOffsetAreWarnedOf) {
  const pidometer::TemporaryFolder folder;
  const std::string known =
      folder.write("known.csv", "begin,end,reason\n2000-11-08,2000-11-09,work\n");
  Scan scan;
  EXPECT_EQ(scan.set("known", known.c_str()), "");
  EXPECT_EQ(scan.add("cron",
                     "2024-01-01T00:00:01+02:00 host CROND[100]: (root) CMD (a)\n"
                     "2024-01-01T00:10:01+02:00 host CROND[102]: (root) CMD (a)\n"),
            "");
  Rows rows;
  scan.run(rows);
  EXPECT_NE(std::strstr(pidometer_scan_summary(scan.get(), nullptr), "have no offset"), nullptr);
}

TEST(Library, WhatCannotBeUsedIsRefused) {
  Scan scan;
  EXPECT_EQ(Scan::words(pidometer_scan_append(scan.get(), "x", 1)),
            "usage: there is no log to append to");
  EXPECT_EQ(scan.add("", "x"), "usage: '' is no name of a log");
  EXPECT_EQ(scan.add("/var/log/", "x"), "usage: '/var/log/' is no name of a log");
  EXPECT_EQ(scan.add("cron.gz", "\x1f\x8b\x08rest"), "unsupported: cron.gz is packed (gzip)");
  EXPECT_EQ(scan.add("cron", "x\n"), "");
  EXPECT_EQ(scan.add("cron", "x\n"), "usage: a log cron was added already");
  for (const int64_t time : {INT64_MAX, INT64_MIN + 1, int64_t{-1}, int64_t{253402300800'000'000}})
    EXPECT_EQ(Scan::words(pidometer_scan_add_log(scan.get(), "late", time, "x", 1)),
              "usage: the modification time of late is none of a log");
  EXPECT_EQ(Scan::words(pidometer_scan_add_path(scan.get(), "")),
            "usage: the path of an input is empty");
  EXPECT_EQ(Scan::words(pidometer_scan_add_path(nullptr, "x")), "usage: the scan is NULL");
  EXPECT_EQ(Scan::words(pidometer_scan_add_path(scan.get(), nullptr)), "usage: the path is NULL");
  EXPECT_EQ(Scan::words(pidometer_scan_add_log(scan.get(), "a", 0, nullptr, 1)),
            "usage: the place of the bytes is NULL");
  EXPECT_EQ(Scan::words(pidometer_scan_run(scan.get(), nullptr, nullptr)),
            "usage: the row callback is NULL");
  EXPECT_EQ(Scan::words(pidometer_scan_new(nullptr)), "usage: the place for the scan is NULL");
  Rows rows;
  EXPECT_EQ(Scan().run(rows), "usage: the scan has no input");
  EXPECT_EQ(scan.run(rows), "");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_NO_LOG);
  for (const std::string& late : {scan.run(rows), scan.set("year", "2000"), scan.add("other", "x"),
                                  Scan::words(pidometer_scan_add_path(scan.get(), "x"))})
    EXPECT_EQ(late, "usage: this scan has run already");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_NO_LOG);
}

TEST(Library, WhatIsPackedInPiecesIsLeftOutAloud) {
  Scan scan;
  EXPECT_EQ(scan.add("cron", {}), "");
  EXPECT_EQ(Scan::words(pidometer_scan_append(scan.get(), "\x1f\x8b\x08rest", 7)), "");
  Rows rows;
  EXPECT_EQ(scan.run(rows), "");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_PARTIAL);
  EXPECT_NE(std::strstr(pidometer_scan_summary(scan.get(), nullptr), "feed the unpacked bytes"),
            nullptr);
}

TEST(Library, ErrorsOfInputsAreKept) {
  Scan scan;
  EXPECT_EQ(Scan::words(pidometer_scan_add_path(scan.get(), "/nonexistent/disk.raw")), "");
  Rows rows;
  EXPECT_EQ(scan.run(rows).substr(0, 11), "not_found: ");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_NOTHING);
  ASSERT_EQ(pidometer_scan_error_count(scan.get()), 1U);
  const pidometer_error* const error = pidometer_scan_error_at(scan.get(), 0);
  EXPECT_EQ(pidometer_error_kind(error), PIDOMETER_NOT_FOUND);
  EXPECT_STRNE(pidometer_error_help(error), "");
  EXPECT_EQ(pidometer_scan_error_at(scan.get(), 1), nullptr);
}

TEST(Library, IsStoppedByItsHost) {
  Scan scan;
  EXPECT_EQ(scan.set("records", "true"), "");
  EXPECT_EQ(scan.add("cron", log_of_a_day()), "");
  Rows rows;
  rows.most = 3;
  EXPECT_EQ(scan.run(rows), "stopped: the scan was stopped");
  EXPECT_EQ(rows.rows.size(), 3U);
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_INTERRUPTED);

  Scan cancelled;
  EXPECT_EQ(cancelled.add("cron", log_of_a_day()), "");
  std::thread(pidometer_scan_cancel, cancelled.get()).join();
  Rows none;
  EXPECT_EQ(cancelled.run(none), "stopped: the scan was stopped");
  EXPECT_TRUE(none.rows.empty());
}

TEST(Library, AnExceptionOfTheHostDoesNotCross) {
  Scan scan;
  EXPECT_EQ(scan.add("cron", log_of_a_day()), "");
  pidometer_error* const error = pidometer_scan_run(
      scan.get(), [](void*, const char*, size_t) -> int { throw std::runtime_error("mine"); },
      nullptr);
  EXPECT_EQ(pidometer_error_kind(error), PIDOMETER_CALLBACK);
  EXPECT_STREQ(pidometer_error_kind_name(error), "callback");
  EXPECT_STREQ(pidometer_error_reason(error), "mine");
  EXPECT_EQ(pidometer_scan_outcome(scan.get()), PIDOMETER_INTERRUPTED);
  pidometer_error_free(error);
}

TEST(Library, WhatTheHostThrowsNeedNotBeAnException) {
  for (const bool memory : {false, true}) {
    Scan scan;
    EXPECT_EQ(scan.add("cron", log_of_a_day()), "");
    pidometer_error* const error = pidometer_scan_run(
        scan.get(),
        [](void* user, const char*, size_t) -> int {
          if (*static_cast<const bool*>(user)) throw std::bad_alloc();
          throw 42;
        },
        const_cast<bool*>(&memory));
    EXPECT_EQ(pidometer_error_kind(error), PIDOMETER_CALLBACK);
    EXPECT_STREQ(pidometer_error_message(error), "the row callback threw an exception");
    pidometer_error_free(error);
  }
}

TEST(Library, NothingIsAppendedBehindARefusedLog) {
  const std::string refused = "usage: there is no log to append to: the last one was refused";
  Scan scan;
  const std::string text = log_of_a_day();
  const auto append = [&](size_t size) {
    return Scan::words(pidometer_scan_append(scan.get(), text.data(), size));
  };
  EXPECT_EQ(scan.add("cron", text), "");
  EXPECT_EQ(append(0), "");
  EXPECT_NE(scan.add("cron", text), "");  // added already
  EXPECT_EQ(append(text.size()), refused);
  EXPECT_EQ(append(0), refused);
  EXPECT_EQ(scan.add("cron.1", ""), "");
  EXPECT_EQ(append(text.size()), "");
  for (const char* name : {static_cast<const char*>(nullptr), "cron.2"}) {
    EXPECT_NE(Scan::words(pidometer_scan_add_log(scan.get(), name, PIDOMETER_NO_TIME,
                                                 name == nullptr ? text.data() : nullptr, 1)),
              "");
    EXPECT_EQ(append(text.size()), refused);
  }
}

TEST(Library, NothingIsAskedOfNothing) {
  EXPECT_EQ(pidometer_error_kind(nullptr), 0);
  EXPECT_STREQ(pidometer_error_kind_name(nullptr), "none");
  EXPECT_STREQ(pidometer_error_message(nullptr), "");
  EXPECT_STREQ(pidometer_scan_summary(nullptr, nullptr), "");
  EXPECT_EQ(pidometer_scan_outcome(nullptr), PIDOMETER_NOT_RUN);
  pidometer_error_free(nullptr);
  pidometer_scan_free(nullptr);
  pidometer_scan_cancel(nullptr);
}

TEST(FedLogs, LieInTheFoldersOfTheirNames) {
  auto logs = std::make_shared<std::vector<pidometer::FedLog>>();
  for (const char* name : {"/var/log/cron.1", "/var/log/apt/history.log", "/var/log/cron", "cron"})
    logs->push_back({name, {}, "x\n"});
  const auto evidence = pidometer::make_fed_evidence(logs);
  std::string listed;
  for (const pidometer::LogFolder& folder : evidence->find_logs({}, {})) {
    listed += folder.path + ":";
    for (const auto& file : folder.files) listed += " " + file->entry().path;
    listed += "\n";
  }
  EXPECT_EQ(listed,
            ".: cron\n/var/log: /var/log/cron /var/log/cron.1\n"
            "/var/log/apt: /var/log/apt/history.log\n");
}

}  // namespace
