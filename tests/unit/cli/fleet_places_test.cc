#include "cli/fleet_places.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

TEST(FleetPlaces, AFolderThatHoldsAFileFoundBesideAnInputIsRefused) {
  const TemporaryFolder place;
  std::filesystem::create_directories(place.file("out/images"));
  Options options;
  options.inputs = {place.write("disk.raw", "1")};
  options.directory = place.file("out");
  const std::array listed = {FleetImage{.segments = {place.write("listed", "1")}}};
  EXPECT_TRUE(check_places(options, listed));
  InputGroup group{InputKind::image,
                   "disk",
                   {options.inputs[0], place.write("disk.002", "2")},
                   {},
                   {place.write("map", "3")}};
  EXPECT_TRUE(check_found_files(options, listed, {&group, 1}));
  group.maps.emplace_back(place.write("out/map", "3"));
  const Result<void> map = check_found_files(options, listed, {&group, 1});
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "will not write to " + options.directory +
                                     ", which holds the input " + place.file("out/map"));
  group.maps.clear();
  group.segments.emplace_back(place.write("out/images/disk.003", "3"));
  EXPECT_FALSE(check_found_files(options, listed, {&group, 1}));
}

}  // namespace
}  // namespace pidometer
