#include "fleet/fleet_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/temporary_name.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/without_links.h"

namespace pidometer {
namespace {

std::vector<FleetEntry> images_named(const std::vector<std::string>& names) {
  std::vector<FleetEntry> images(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) images[i].name = names[i];
  return images;
}

TEST(FleetFolder, RemovesWhatAFleetLeftUnfinished) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  for (const char* name : {".status.json.pidometer-a1B2c3", ".timeline.jsonl.pidometer-a1B2c3",
                           "images/.web01.E01.jsonl.pidometer-a1B2c3",
                           "images/.web01.E01.summary.json.pidometer-000000",
                           "images/.web01.E01.html.pidometer-zzzzzz"}) {
    place.write(name, "half");
    folder->remove_unfinished();
    folder->remove_unfinished(images_named({"db", "web01.E01"}));
    EXPECT_FALSE(std::filesystem::exists(place.file(name))) << name;
  }
}

// A process that could not be started is tried again: what is aside is all there is by then.
TEST(FleetFolder, KeepsWhatIsAsideAlready) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  const std::string aside = FleetFolder::set_aside_file("web01", "rows");
  std::filesystem::create_directories(place.path() / "images/.earlier");
  place.write(aside, "rows");
  FleetOutput rows;
  rows.kind = "rows";
  EXPECT_TRUE(folder->set_aside("web01", std::vector{rows}));
  EXPECT_TRUE(std::filesystem::exists(place.file(aside)));
}

/// Results stay under their names until there are better ones, wherever the folder is.
TEST(FleetFolder, PutsResultsAsideWhereThereAreNoHardLinks) {
  for (const bool with_log : {true, false}) {
    const TemporaryFolder place;
    const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
    ASSERT_TRUE(folder);
    std::vector<FleetOutput> outputs;
    for (const char* kind : {"log", "report", "rows", "summary"}) {
      outputs.push_back({kind, FleetFolder::image_file("web01", kind), 3, kind});
      place.write(outputs.back().file, kind);
    }
    EXPECT_TRUE(holds_without_links([&] {
      // Twice: a process that could not be started is tried again.
      for (int i = 0; i < 2; ++i) EXPECT_TRUE(folder->set_aside("web01", outputs));
    }));
    for (const FleetOutput& output : outputs) {
      EXPECT_EQ(place.read(FleetFolder::set_aside_file("web01", output.kind)), output.kind);
      EXPECT_EQ(std::filesystem::exists(place.file(output.file)), output.kind != "log");
      place.write(output.file, "new");
    }
    // A fleet that was killed here left both.
    const auto read = [&](const std::string& file) {
      return std::filesystem::exists(file)
                 ? place.read(file.substr(place.path().string().size() + 1))
                 : std::string();
    };
    EXPECT_TRUE(folder->take_back("web01", outputs[2], read));
    EXPECT_EQ(place.read(outputs[2].file), "rows");
    EXPECT_TRUE(holds_without_links([&] { folder->put_back("web01", outputs, with_log); }));
    for (const FleetOutput& output : outputs)
      EXPECT_EQ(place.read(output.file), output.kind == "log" && !with_log ? "new" : output.kind);
  }
}

TEST(FleetFolder, SaysThatNothingCanBePutAside) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  place.write("images/.earlier", "a file where a folder should be");
  place.write(FleetFolder::image_file("web01", "rows"), "rows");
  FleetOutput rows;
  rows.kind = "rows";
  const Result<void> done = folder->set_aside("web01", std::vector{rows});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("images/.earlier/web01"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(place.file(FleetFolder::image_file("web01", "rows"))));
}

TEST(FleetFolder, LeavesALinkToAPlaceThatIsNotThere) {
  const TemporaryFolder place;
  const std::filesystem::path link = place.path() / "results";
  std::filesystem::create_symlink(place.path() / "away", link);
  EXPECT_FALSE(FleetFolder::open(link.string()));
  EXPECT_TRUE(std::filesystem::is_symlink(std::filesystem::symlink_status(link)));
}

TEST(FleetFolder, LeavesTheFilesOfOthers) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  const std::vector<std::string> foreign = {
      // rotated logs and files of other programs
      "cron.log.202401", "status.json.202401", "timeline.jsonl.backup", "images/cron.log.202401",
      "images/web01.jsonl.202401", "images/web01.summary.json.backup",
      // the mark, in the other place, of another image or of no output
      ".web01.jsonl.pidometer-a1B2c3", "images/.status.json.pidometer-a1B2c3",
      "images/.other.jsonl.pidometer-a1B2c3", "images/.web01.E01.pidometer-a1B2c3",
      ".cron.log.pidometer-a1B2c3", "images/.web01.jsonl.pidometer-a1B2c",
      "images/.web01.jsonl.pidometer-a1B2c3d", "images/.web01.jsonl.pidometer-a1.2c3"};
  for (const std::string& name : foreign) place.write(name, "evidence");
  std::filesystem::create_directory(place.file(".status.json.pidometer-folder"));
  std::filesystem::create_symlink("nowhere", place.file(".status.json.pidometer-aaaaaa"));
  folder->remove_unfinished();
  folder->remove_unfinished(images_named({"web01"}));
  for (const std::string& name : foreign) EXPECT_EQ(place.read(name), "evidence") << name;
  EXPECT_TRUE(std::filesystem::exists(place.file(".status.json.pidometer-folder")));
  EXPECT_TRUE(std::filesystem::is_symlink(place.file(".status.json.pidometer-aaaaaa")));
}

/// A run that is refused leaves nothing, and what was there stays.
TEST(FleetFolder, WhatWasMadeCanBeUndone) {
  const TemporaryFolder place;
  for (const std::string& path : {place.file("a/b/c"), place.file("a/b/"), place.path().string()}) {
    Result<FleetFolder> folder = FleetFolder::open(path);
    ASSERT_TRUE(folder);
    folder->undo();
    EXPECT_EQ(place.entries(), 0U) << path;
  }
  std::filesystem::create_directories(place.file("images"));
  place.write("images/other", "theirs");
  Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  place.write("new", "theirs");
  folder->undo();
  EXPECT_EQ(place.entries(), 2U);
  EXPECT_EQ(place.read("images/other"), "theirs");
  EXPECT_FALSE(FleetFolder::open(place.file("new/folder")));
  EXPECT_EQ(place.entries(), 2U);
}

/// Whoever waits for the lock of a run that takes its file along must not hold a file that nobody
/// else will ever find.
TEST(FleetFolder, ALockThatWasTakenAlongIsNone) {
  const TemporaryFolder place;
  Result<FleetFolder> first = FleetFolder::open(place.path().string());
  ASSERT_TRUE(first);
  std::thread second([&] {
    const Result<FleetFolder> waited = FleetFolder::open(place.path().string());
    ASSERT_TRUE(waited);
    const Result<FleetFolder> third = FleetFolder::open(place.path().string());
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().message, "another fleet writes to " + place.path().string());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(150));  // it tries each 100 ms
  {
    FleetFolder refused = std::move(*first);
    refused.undo();
  }
  second.join();
}

TEST(TemporaryName, IsKnownByItsMark) {
  EXPECT_EQ(temporary_name("out/images/web01.jsonl"), "out/images/.web01.jsonl.pidometer-XXXXXX");
  EXPECT_EQ(temporary_name("rows"), ".rows.pidometer-XXXXXX");
  const std::string longest(255, 'x');
  EXPECT_EQ(temporary_name("d/" + longest).size(), 2 + 255U);
  EXPECT_EQ(name_of_temporary(".web01.jsonl.pidometer-a1B2c3"), "web01.jsonl");
  EXPECT_EQ(name_of_temporary(temporary_name("rows")), "rows");
  for (const char* other : {"", "rows.XXXXXX", "rows.pidometer-XXXXXX", ".rows.pidometer-XXXXX",
                            ".rows.pidometer-XXX.XX", "..pidometer-XXXXXX", ".pidometer-XXXXXX"})
    EXPECT_EQ(name_of_temporary(other), "") << other;
}

}  // namespace
}  // namespace pidometer
