// FleetRun starts its own program once more: this one, as the image's process that its input names.
#include "fleet/fleet_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/support/temporary_folder.h"
#include "tests/support/without_links.h"

namespace pidometer {
namespace {

/// As a scan writes a file: whole, over the one that has the name.
void write_whole(const std::string& name, const std::string& bytes) {
  std::ofstream(name + ".new") << bytes;
  std::filesystem::rename(name + ".new", name);
}

/// `3` ends with this status, rows and summary written; `none` has no rows; `killed` and `hang` do
/// not end by themselves. A `force` in the arguments is told in the log.
int be_a_scan(const std::vector<std::string>& words) {
  const auto option = [&](const std::string& name) {
    for (const std::string& word : words)
      if (word.starts_with(name)) return word.substr(name.size());
    return std::string();
  };
  const std::string what = words.back();
  for (const std::string& word : words)
    if (word == "--force") std::cerr << "forced\n";
  if (what == "killed") raise(SIGKILL);
  if (what == "hang") {
    std::ofstream(option("--summary=") + ".hangs") << "";
    while (true) pause();
  }
  std::cerr << "error: as it was told\n";
  if (what == "none") return 0;
  const int status = std::atoi(what.c_str());
  if (status == 1) return status;
  write_whole(option("--output="), "row of " + what + "\n");
  write_whole(option("--summary="), R"({"inputs": [], "warnings": []})");
  if (!option("--report=").empty()) write_whole(option("--report="), "<p>");
  return status;
}

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class FleetRunTest : public testing::Test {
 protected:
  explicit FleetRunTest() {
    tools_.publish = [this](const FleetStatus& now) -> Result<void> {
      published_.push_back(now);
      return {};
    };
    tools_.sha256 = [](const std::string& file) { return contents(file); };  // to be compared with
    tools_.now = [] { return Timestamp(); };
    tools_.interrupted = [] { return false; };
    tools_.progress = [](std::string_view) {};
    tools_.ended = [this](const FleetEntry& entry) { ended_.push_back(entry.name); };
  }

  FleetEntry& add(const std::string& name, const std::string& what) {
    FleetEntry entry;
    entry.name = name;
    status_.images.push_back(entry);
    work_.push_back({{"scan"}, {"--", what}, 1});
    return status_.images.back();
  }

  Result<void> run(bool reports = false) {
    FleetRun run(status_, work_, *folder_, reports, tools_);
    return run.run();
  }

  void check_earlier_results();

  std::string file(const std::string& name) { return place_.file("images/" + name); }

  TemporaryFolder place_;
  Result<FleetFolder> folder_ = FleetFolder::open(place_.path().string());
  FleetStatus status_;
  std::vector<FleetWork> work_;
  FleetTools tools_;
  std::vector<FleetStatus> published_;
  std::vector<std::string> ended_;
};

TEST_F(FleetRunTest, EachEndIsAState) {
  for (const char* what : {"0", "4", "3", "1", "2", "killed", "none"}) add(what, what);
  add("kept", "1").state = ImageState::complete;
  ASSERT_TRUE(run(true));
  using enum ImageState;
  const std::vector<ImageState> wanted = {complete, complete, partial, failed,
                                          failed,   failed,   failed,  complete};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_EQ(status_.images[i].state, wanted[i]) << status_.images[i].name;
  EXPECT_EQ(ended_, (std::vector<std::string>{"0", "4", "3", "1", "2", "killed", "none"}));
  EXPECT_EQ(status_.images[1].message, "no cron log is in it");
  EXPECT_EQ(status_.images[2].message, "as it was told");
  EXPECT_EQ(status_.images[2].exit_status, 3);
  EXPECT_EQ(status_.images[5].signal, SIGKILL);
  EXPECT_NE(status_.images[5].message.find("SIGKILL"), std::string::npos);
  EXPECT_EQ(status_.images[6].message, "its rows cannot be read again");
  ASSERT_EQ(status_.images[0].outputs.size(), 4U);
  EXPECT_EQ(status_.images[0].outputs[0].file, "images/0.jsonl");
  EXPECT_EQ(status_.images[0].outputs[0].sha256, "row of 0\n");
  // Rows of what failed are none: 2 had written some.
  EXPECT_FALSE(std::filesystem::exists(file("2.jsonl")));
  EXPECT_TRUE(std::filesystem::exists(file("2.log")));
  ASSERT_FALSE(published_.empty());
  EXPECT_EQ(count_images(published_.front(), waiting), 7U);
  EXPECT_EQ(count_images(published_.back(), running), 0U);
}

TEST_F(FleetRunTest, AsManyAtOnceAsItIsTold) {
  status_.jobs = 2;
  for (const char* name : {"a", "b", "c", "d"}) add(name, "hang");
  // Progress is shown when all that may run does.
  std::size_t most = 0;
  bool seen = false;
  tools_.progress = [&](std::string_view) {
    most = std::max(most, count_images(status_, ImageState::running));
    seen = std::filesystem::exists(file("a.summary.json.hangs")) &&
           std::filesystem::exists(file("b.summary.json.hangs"));
  };
  tools_.interrupted = [&] { return seen; };
  ASSERT_TRUE(run());
  EXPECT_EQ(most, 2U);
  EXPECT_FALSE(std::filesystem::exists(file("c.summary.json.hangs")));
}

TEST_F(FleetRunTest, AnInterruptLeavesThemWaiting) {
  status_.jobs = 2;
  add("done", "0");
  add("a", "hang");
  add("b", "0");
  bool seen = false;
  tools_.progress = [&](std::string_view) {
    seen = count_images(status_, ImageState::complete) == 2 &&
           std::filesystem::exists(file("a.summary.json.hangs"));
  };
  tools_.interrupted = [&] { return seen; };
  ASSERT_TRUE(run());
  EXPECT_EQ(status_.images[0].state, ImageState::complete);
  EXPECT_EQ(status_.images[1].state, ImageState::waiting);
  EXPECT_TRUE(status_.images[1].started.empty());
  EXPECT_EQ(published_.back().images[1].state, ImageState::waiting);
}

/// A hash that was given up is none, and nothing that is wrong with the rows.
TEST_F(FleetRunTest, AnInterruptWhileItHashesIsNoFailure) {
  FleetEntry& entry = add("a", "0");
  entry.earlier.emplace();
  entry.earlier->outputs = {{"rows", FleetFolder::image_file("a", "rows"), 3, "old"}};
  place_.write("images/a.jsonl", "old");
  bool seen = false;
  tools_.sha256 = [&seen](const std::string&) {
    seen = true;
    return std::string();
  };
  tools_.interrupted = [&seen] { return seen; };
  ASSERT_TRUE(run());
  EXPECT_TRUE(seen);
  EXPECT_EQ(status_.images[0].state, ImageState::waiting);
  EXPECT_EQ(status_.images[0].message, "");
  ASSERT_TRUE(status_.images[0].earlier);
  EXPECT_EQ(contents(file("a.jsonl")), "old");
  EXPECT_TRUE(ended_.empty());
}

/// Without it nothing could be resumed.
TEST_F(FleetRunTest, AStatusThatCannotBeWrittenEndsAll) {
  add("a", "hang");
  add("b", "0");
  bool first = true;
  tools_.publish = [&](const FleetStatus&) -> Result<void> {
    if (std::exchange(first, false)) return {};
    return fail(ErrorKind::output, "full");
  };
  const Result<void> done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "full");
  EXPECT_EQ(count_images(status_, ImageState::waiting), 2U);
}

TEST_F(FleetRunTest, AnEarlierResultGoesWhenThereIsBetter) {
  check_earlier_results();
}

TEST_F(FleetRunTest, AnEarlierResultGoesWhenThereIsBetterWithoutHardLinks) {
  EXPECT_TRUE(holds_without_links([this] { check_earlier_results(); }));
}

void FleetRunTest::check_earlier_results() {
  for (const char* name : {"good", "bad"}) {
    FleetEntry& entry = add(name, name == std::string_view("good") ? "0" : "1");
    entry.earlier.emplace();
    entry.earlier->outputs = {{"rows", FleetFolder::image_file(name, "rows"), 3, "old"},
                              {"log", FleetFolder::image_file(name, "log"), 3, "old"}};
    for (const char* suffix : {".jsonl", ".log"})
      place_.write("images/" + std::string(name) + suffix, "old");
  }
  ASSERT_TRUE(run());
  const FleetEntry& good = status_.images[0];
  EXPECT_FALSE(good.earlier);
  EXPECT_EQ(contents(file("good.jsonl")), "row of 0\n");
  EXPECT_EQ(contents(file("good.log")).find("forced\n"), 0U);
  const FleetEntry& bad = status_.images[1];
  EXPECT_EQ(bad.state, ImageState::failed);
  ASSERT_TRUE(bad.earlier);
  EXPECT_EQ(contents(file("bad.jsonl")), "old");
  EXPECT_EQ(contents(place_.file(bad.earlier->outputs[1].file)), "old");
  EXPECT_NE(contents(file("bad.log")), "old");
}

}  // namespace
}  // namespace pidometer

int main(int count, char** words) {
  if (count > 1 && std::string_view(words[1]) == "scan")
    return pidometer::be_a_scan({words + 1, words + count});
  testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
