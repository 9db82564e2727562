#include "cli/output_names.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

class OutputNames : public testing::Test {
 protected:
  std::string refused(const Options& options, std::span<const InputGroup> groups = {}) {
    const Result<void> good = check_output_names(options, groups);
    return good ? std::string() : good.error().message + ": " + good.error().reason;
  }

  TemporaryFolder folder_;
  std::string disk_ = folder_.write("disk.raw", "evidence");
};

TEST_F(OutputNames, AnInputIsNeverWritten) {
  std::filesystem::create_symlink("disk.raw", folder_.file("link"));
  std::filesystem::create_hard_link(disk_, folder_.file("other"));
  for (std::string Options::*output : {&Options::output, &Options::summary, &Options::report,
                                       &Options::left_out, &Options::directory})
    for (const char* name : {"disk.raw", "link", "other", "./x/../disk.raw"}) {
      Options options;
      options.inputs = {disk_};
      options.*output = folder_.file(name);
      EXPECT_EQ(refused(options).find("will not write to " + options.*output), 0U) << name;
    }
  Options options;
  options.inputs = {disk_};
  options.output = folder_.file("rows.jsonl");
  EXPECT_EQ(refused(options), "");
  // What belongs to the input and stands in no argument.
  const std::vector<InputGroup> groups = {
      {InputKind::image, disk_, {disk_, folder_.file("disk.002")}, {}, {folder_.file("disk.map")}}};
  for (const char* name : {"disk.002", "disk.map"}) {
    options.output = folder_.file(name);
    EXPECT_EQ(refused(options), "");
    EXPECT_NE(refused(options, groups), "") << name;
  }
}

TEST_F(OutputNames, NothingIsWrittenInsideAnInput) {
  Options options;
  options.roots = {folder_.path().string()};
  options.output = folder_.file("new/rows.jsonl");
  EXPECT_EQ(refused(options), "will not write to " + options.output + ": it lies in the input " +
                                  folder_.path().string());
  options.output = folder_.path().string() + "-beside.jsonl";
  EXPECT_EQ(refused(options), "") << "a name that only begins alike";
}

TEST_F(OutputNames, WhatIsNoTextIsNotReplaced) {
  Options options;
  options.output = folder_.write("rows.jsonl", std::string("a\0b", 3));
  EXPECT_NE(refused(options), "");
  options.output = folder_.write("rows.jsonl", "{}\n");
  EXPECT_EQ(refused(options), "");
}

TEST_F(OutputNames, ListsAndOutputsAreKeptApart) {
  Options options;
  options.known = folder_.write("known.csv", "begin,end,reason\n");
  options.output = folder_.file("known.csv");
  EXPECT_EQ(refused(options),
            "will not write to " + options.output + ": it is the list of --known");
  std::swap(options.known, options.case_file);
  EXPECT_EQ(refused(options), "will not write to " + options.output + ": it is the list of --case");
  options = {};
  options.output = folder_.file("a");
  options.summary = folder_.file("./a");
  EXPECT_EQ(refused(options), "two outputs cannot both go to " + options.summary + ": ");
  options.output = options.summary = "/dev/null";
  EXPECT_EQ(refused(options), "");
  for (std::string Options::*side : {&Options::summary, &Options::report, &Options::left_out}) {
    options = {};
    options.*side = "-";
    EXPECT_EQ(refused(options).find("will not write to standard output"), 0U);
  }
}

/// Extents and disks below a disk are known when it was opened.
TEST_F(OutputNames, WhatInputsTurnedOutToBeMadeOf) {
  Options options;
  options.inputs = {folder_.file("disk.qcow2")};
  options.output = disk_;
  EXPECT_EQ(refused(options), "");
  RunSummary summary;
  summary.inputs.emplace_back();
  summary.inputs.back().segments = {folder_.file("disk.qcow2"), disk_};
  EXPECT_FALSE(check_opened_files(options, summary));
  options.output = folder_.file("rows.jsonl");
  EXPECT_TRUE(check_opened_files(options, summary));
}

}  // namespace
}  // namespace pidometer
