#include "fleet/fleet_resume.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

FleetEntry image(const std::string& name, ImageState state) {
  FleetEntry entry;
  entry.name = name;
  entry.image.segments = {name};
  entry.arguments = {"scan", "--", name};
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

/// A run that is killed while it looks at its inputs has written a status too, of a program that
/// may be another one: what was kept before is kept after.
TEST(FleetResume, ARunThatNeverDecidedTakesNothingAway) {
  const TemporaryFolder place;
  const Result<FleetFolder> folder = FleetFolder::open(place.path().string());
  ASSERT_TRUE(folder);
  FleetStatus earlier;
  earlier.tool_version = "0.1.0";
  earlier.tool_sha256 = "program";
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
  FleetStatus now;
  now.tool_version = "0.1.0";
  now.tool_sha256 = "program";
  now.images = {image("whole", ImageState::waiting)};
  now.images[0].outputs.clear();
  resume_fleet(*read, now, false, *folder, hash);
  EXPECT_TRUE(now.images[0].kept);
  EXPECT_EQ(now.images[0].state, ImageState::complete);
  EXPECT_EQ(now.images[0].outputs.size(), 3U);

  // By the program that wrote it nothing is kept, which made none of it.
  now.tool_sha256 = "another";
  now.images[0] = image("whole", ImageState::waiting);
  resume_fleet(*read, now, false, *folder, hash);
  EXPECT_FALSE(now.images[0].kept);
  ASSERT_TRUE(now.images[0].earlier);
  EXPECT_EQ(now.images[0].earlier->why, "the program is another");
}

}  // namespace
}  // namespace pidometer
