#include "fleet/summary_facts.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

std::optional<SummaryFacts> facts_of(const std::string& summary) {
  const TemporaryFolder folder;
  return read_summary_facts(folder.write("summary", summary));
}

TEST(SummaryFacts, AllOfOneReading) {
  const auto facts = facts_of(R"({
    "inputs": [{"segments": ["/a\\xff.qcow2", "/base.raw"], "stored_md5": "aa", "hashes": {"md5": "bb"}}],
    "logs": [{"records": 1200}, {"records": 34}],
    "series": [{"hostname": "web01", "own_hostname": "web"}, {}],
    "warning_counts": {"unparsed_line": 2, "damaged_log": 1},
    "warnings": [{"kind": "unparsed_line", "message": "not read"},
                 {"kind": "damaged_log", "message": "lost"},
                 {"kind": "damaged_image", "message": "later"}]})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(records_words(*facts), "1,234 records in 2 logs");
  EXPECT_EQ(facts->hostnames, (std::set<std::string>{"web", "web01"}));
  EXPECT_EQ(facts->warning_counts.at("unparsed_line"), 2U);
  EXPECT_EQ(facts->loss, "lost");
  EXPECT_EQ(facts->segments, (std::vector<std::string>{"/a\xff.qcow2", "/base.raw"}));
  EXPECT_EQ(facts->md5, (std::set<std::string>{"aa", "bb"}));
}

TEST(SummaryFacts, TellMediaApart) {
  const auto of = [](std::set<std::string> md5, std::set<std::string> hostnames) {
    SummaryFacts facts;
    facts.md5 = std::move(md5);
    facts.hostnames = std::move(hostnames);
    return facts;
  };
  EXPECT_EQ(differ_by(of({"a"}, {"web"}), of({"b"}, {"web"})), "MD5");
  EXPECT_EQ(differ_by(of({"a", "c"}, {"web"}), of({"b", "c"}, {"db"})), "");
  EXPECT_EQ(differ_by(of({"a"}, {"web"}), of({}, {"db"})), "host name");
  EXPECT_EQ(differ_by(of({}, {"web", "w"}), of({}, {"db", "w"})), "");
  EXPECT_EQ(differ_by(of({"a"}, {}), of({}, {"db"})), "");
}

TEST(SummaryFacts, WhatIsNotUnderstoodIsLeftOut) {
  for (const char* none : {"", "{", "[]", "5"}) EXPECT_FALSE(facts_of(none)) << none;
  for (const char* odd :
       {"{}", R"({"inputs": 1, "logs": 1, "series": 1, "warnings": 1, "warning_counts": 1})",
        R"({"inputs": [1], "series": [1], "warnings": [1, {"kind": 2}, {"kind": "damaged_log"}]})",
        R"({"inputs": [{"stored_md5": 1, "hashes": 1}], "warning_counts": {"x": -1}})",
        R"({"inputs": [{"segments": [1], "hashes": {"md5": 1}}], "series": [{"hostname": 1}]})"}) {
    const auto facts = facts_of(odd);
    ASSERT_TRUE(facts) << odd;
    EXPECT_FALSE(facts->logs || facts->segments) << odd;
    EXPECT_TRUE(facts->hostnames.empty() && facts->warning_counts.empty() && facts->loss.empty() &&
                facts->md5.empty())
        << odd;
  }
  const auto facts = facts_of(R"({"inputs": [], "logs": [1, {}, {"records": "x"}]})");
  EXPECT_EQ(facts->logs, 3U);
  EXPECT_EQ(facts->records, 0U);
  EXPECT_TRUE(facts->segments->empty());
}

TEST(SummaryFacts, NothingOfAFileThatIsNotThere) {
  EXPECT_FALSE(read_summary_facts("/nonexistent/summary.json"));
}

}  // namespace
}  // namespace pidometer
