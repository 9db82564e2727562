#include "fleet/fleet_resume.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

FleetEntry image(const std::string& name, ImageState state) {
  FleetEntry entry;
  entry.name = name;
  entry.image.segments = {name};
  entry.arguments = {"scan", "--", "/evidence/" + name};
  entry.files = {{"/evidence/" + name, 5, 7}};
  entry.state = state;
  for (const char* kind : {"rows", "summary", "log"})
    entry.outputs.push_back({kind, FleetFolder::image_file(name, kind), 4, "hash of " + name});
  return entry;
}

/// Hashes say which image a file is of; all are there.
std::string hash(const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  return "hash of " + name.substr(0, name.find('.'));
}

const std::function<bool()> no = [] { return false; };

/// Of no image yet.
FleetStatus status_of_this_program() {
  FleetStatus status;
  status.tool_version = "0.1.0";
  status.tool_sha256 = "program";
  return status;
}

/// A run that is killed while it looks at its inputs has written a status too, of a program that
/// may be another one: what was kept before is kept after.
TEST(FleetResume, ARunThatNeverDecidedTakesNothingAway) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  FleetStatus earlier = status_of_this_program();
  earlier.images = {image("whole", ImageState::complete), image("gone", ImageState::unreachable),
                    image("bad", ImageState::failed), image("open", ImageState::waiting)};
  earlier.images[1].exit_status = 3;
  earlier.images.push_back({});  // what nobody understands

  FleetStatus planning;
  planning.tool_version = "0.2.0";
  planning.tool_sha256 = "another";
  planning.images = undecided_images(earlier);
  ASSERT_EQ(planning.images.size(), 4U);
  for (const FleetEntry& entry : planning.images) EXPECT_EQ(entry.state, ImageState::waiting);
  ASSERT_TRUE(planning.images[1].earlier);
  EXPECT_EQ(planning.images[1].earlier->state, ImageState::partial);
  EXPECT_FALSE(planning.images[2].earlier);

  const auto read = read_fleet_status(write_fleet_status(planning), "status.json");
  ASSERT_TRUE(read);
  FleetStatus now = status_of_this_program();
  now.images = {image("whole", ImageState::waiting)};
  now.images[0].outputs.clear();
  resume_fleet(*read, now, false, *folder, hash, no);
  EXPECT_TRUE(now.images[0].kept);
  EXPECT_EQ(now.images[0].state, ImageState::complete);
  EXPECT_EQ(now.images[0].outputs.size(), 3U);

  // By the program that wrote it nothing is kept, which made none of it.
  now.tool_sha256 = "another";
  now.images[0] = image("whole", ImageState::waiting);
  resume_fleet(*read, now, false, *folder, hash, no);
  EXPECT_FALSE(now.images[0].kept);
  ASSERT_TRUE(now.images[0].earlier);
  EXPECT_EQ(now.images[0].earlier->why, "the program is another");
}

/// A hash that was given up is none: what it says of a file would cost that file.
TEST(FleetResume, AnInterruptDecidesNothing) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  FleetStatus earlier = status_of_this_program();
  FleetStatus now = earlier;
  earlier.images = {image("a", ImageState::complete), image("b", ImageState::complete),
                    image("c", ImageState::unreachable), image("bad", ImageState::failed)};
  for (const FleetEntry& one : earlier.images) {
    for (const FleetOutput& output : one.outputs) place.write(output.file, "of an earlier run");
    now.images.push_back(image(one.name, ImageState::waiting));
    now.images.back().outputs.clear();
  }
  now.images.push_back(image("new", ImageState::waiting));
  place.write("images/new.summary.json", "of an earlier run");
  bool seen = false;
  const auto given_up = [&seen](const std::string& file) {
    seen = seen || file.ends_with("/b.jsonl");
    return seen ? std::string() : hash(file);
  };
  resume_fleet(earlier, now, false, *folder, given_up, [&seen] { return seen; });
  EXPECT_TRUE(now.images[0].kept);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(now.images[i].state, ImageState::waiting);
    ASSERT_TRUE(now.images[i].earlier);
    EXPECT_EQ(now.images[i].earlier->outputs.size(), 3U);
    EXPECT_EQ(now.images[i].earlier->why, "whether it holds was not looked at yet");
  }
  for (const FleetEntry& one : earlier.images)
    for (const FleetOutput& output : one.outputs)
      EXPECT_TRUE(std::filesystem::exists(place.file(output.file))) << output.file;
  EXPECT_TRUE(std::filesystem::exists(place.file("images/new.summary.json")));
}

/// A share that gives an error says nothing of the result that lies on it.
TEST(FleetResume, WhatCannotBeReadIsLeft) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  FleetStatus earlier = status_of_this_program();
  FleetStatus now = earlier;
  earlier.images = {image("a", ImageState::complete)};
  std::filesystem::create_directories(place.path() / "images/.earlier");
  for (const FleetOutput& output : earlier.images[0].outputs) {
    place.write(output.file, "of an earlier run");
    place.write(FleetFolder::set_aside_file("a", output.kind), "aside");
  }
  for (const char* unreadable :
       {"images/a.jsonl", "images/a.summary.json", "images/a.log", "images/.earlier/a.jsonl"}) {
    now.images = {image("a", ImageState::waiting)};
    now.images[0].outputs.clear();
    const auto reading = [&](const std::string& file) -> Result<std::string> {
      if (file.ends_with(unreadable))
        return fail(ErrorKind::unreadable, file, "Input/output error");
      const bool other = file.ends_with("/images/a.jsonl") || file.find("/.earlier/") != file.npos;
      return other ? "of another" : hash(file);
    };
    resume_fleet(earlier, now, false, *folder, reading, no);
    const FleetEntry& left = now.images[0];
    EXPECT_EQ(left.state, ImageState::failed);
    EXPECT_EQ(left.message, place.file(unreadable) + ": Input/output error");
    ASSERT_TRUE(left.earlier);
    EXPECT_EQ(left.earlier->why, "what was written of it cannot be read");
    EXPECT_EQ(left.earlier->outputs.size(), 3U);
    for (const FleetOutput& output : earlier.images[0].outputs) {
      EXPECT_EQ(place.read(output.file), "of an earlier run");
      EXPECT_EQ(place.read(FleetFolder::set_aside_file("a", output.kind)), "aside");
    }
    // It is taken over where it can be read again.
    const auto read = read_fleet_status(write_fleet_status(now), "status.json");
    ASSERT_TRUE(read);
    FleetStatus later = earlier;
    later.images = {image("a", ImageState::waiting)};
    const TemporaryFolder elsewhere;
    const Result<FleetFolder> copy = FleetFolder::open(elsewhere.path().string());
    ASSERT_TRUE(copy);
    resume_fleet(*read, later, false, *copy, hash, no);
    EXPECT_TRUE(later.images[0].kept);
  }
}

}  // namespace
}  // namespace pidometer
