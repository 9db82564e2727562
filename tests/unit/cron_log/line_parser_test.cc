#include "plugin/cron_log/line_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/shared_folder.h"

namespace pidometer {
namespace {

void expect_same(const ParsedEntry& fast, const ParsedEntry& slow, std::string_view line) {
  EXPECT_EQ(fast.kind, slow.kind) << line;
  EXPECT_EQ(fast.event, slow.event) << line;
  EXPECT_EQ(fast.pid_role, slow.pid_role) << line;
  EXPECT_EQ(fast.source, slow.source) << line;
  EXPECT_EQ(fast.label, slow.label) << line;
  EXPECT_EQ(fast.pid, slow.pid) << line;
  EXPECT_EQ(fast.time.micros, slow.time.micros) << line;
  EXPECT_EQ(fast.time.utc_offset_minutes, slow.time.utc_offset_minutes) << line;
  EXPECT_STREQ(fast.reason == nullptr ? "" : fast.reason, slow.reason == nullptr ? "" : slow.reason)
      << line;
  EXPECT_EQ(fast.column, slow.column) << line;
}

/// Every line through the memory and without it.
std::size_t compare(std::string_view text, LineParser& parser) {
  std::size_t lines = 0;
  while (!text.empty() && !testing::Test::HasFailure()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    expect_same(parser.parse(line), parser.parse_slowly(line), line);
    ++lines;
  }
  return lines;
}

TEST(LineParser, TheMemoryNeverChangesTheAnswer) {
  LabelTable labels;
  SourceTable sources;
  LineParser parser(labels, sources);
  // Twice, so that the second time finds everything learnt; then with single bytes changed, where
  // what was learnt nearly fits.
  std::string text;
  for (const Dialect& dialect : dialects())
    for (const std::string_view sample : dialect.samples) text += std::string(sample) + "\n";
  text +=
      "Sep  2 06:15:01 web01 sshd[94]: (root) CMD (/bin/a)\n"
      "Sep  2 06:15:02 web01 sshd[95]: (root) CMD (/bin/a)\n"
      "Sep  2 06:15:02 web01 crond[95]: (root) CMD (/bin/a)\n"
      "Sep  2 06:15:02 web01 crond[95]: (CRON) INFO (Shutting down)\n"
      "Sep  2 06:15:02 web01 crond[95]: USER root pid 3 cmd a\n"
      "2026-11-02T05:50:01.5+01:00 web01 CRON[12]: (root) CMD (/bin/a)\n"
      "2026-11-02T05:50:02.123456789+01:00 web01 CRON[13]: (root) CMD (/bin/a)\n"
      "2026-11-02T05:50:02+02:00 web01 CRON[14]: (root) CMD (/bin/a)\n"
      "2026-11-02T05:50:02 web01 CRON[14]: (root) CMD (/bin/a)\n"
      "2026-11-02T05:50:02Z web01 CRON[14]: (root) CMD (/bin/a)\n";
  compare(text, parser);
  compare(text, parser);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    std::string line = text.substr(begin, end - begin);
    for (std::size_t i = 0; i < line.size() && !HasFailure(); ++i) {
      const char was = line[i];
      for (const char c : {' ', '[', ']', ':', '9', '0', 'Z', '(', ')', '\xFF'}) {
        parser.parse(text.substr(begin, end - begin));
        line[i] = c;
        expect_same(parser.parse(line), parser.parse_slowly(line), line);
      }
      line[i] = was;
    }
    begin = end + 1;
  }
}

TEST(LineParser, TheMemoryGrowsWithTheHostsAndAnswersAsBefore) {
  LabelTable labels;
  SourceTable sources;
  LineParser parser(labels, sources);
  std::string text;
  for (int round = 0; round < 2; ++round)
    for (int host = 0; host < 3000; ++host)
      for (int job = 0; job < 3; ++job)
        text += "Sep  2 06:15:01 web" + std::to_string(host) + (job < 2 ? " CROND" : " sshd") +
                "[" + std::to_string(100 + host) + "]: (root) CMD (/bin/" + std::to_string(job) +
                " " + std::to_string(host) + ")\n";
  EXPECT_EQ(compare(text, parser), 18000U);
}

TEST(LineParser, TheMemoryNeverChangesTheAnswerOnSharedLogs) {
  const auto folder = test::shared_folder() / "dialects";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder " << folder;
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().extension() == ".log") files.push_back(file.path());
  std::sort(files.begin(), files.end());
  LabelTable labels;
  SourceTable sources;
  LineParser parser(labels, sources);
  std::size_t lines = 0;
  for (int round = 0; round < 2; ++round)
    for (const auto& file : files) lines += compare(test::file_text(file), parser);
  EXPECT_GT(lines, 400U);
}

}  // namespace
}  // namespace pidometer
