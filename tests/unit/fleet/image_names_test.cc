#include "fleet/image_names.h"

#include <gtest/gtest.h>

#include <set>

namespace pidometer {
namespace {

FleetImage image(std::string path, std::string evidence_id = {}) {
  return {.segments = {std::move(path)}, .evidence_id = std::move(evidence_id)};
}

TEST(ImageNames, AreTheFilesOrTheEvidences) {
  EXPECT_EQ(
      image_names(std::vector{image("/x/web01.E01"), image("y/logs/"), image("z.raw", "E 7/b"),
                              image(".bash"), image("-rf"), image("a\nb")})
          .names,
      (std::vector<std::string>{"web01.E01", "logs", "E_7_b", "_.bash", "_-rf", "a_b"}));
}

TEST(ImageNames, NeverCollide) {
  std::vector<FleetImage> images;
  for (const char* path : {"/a/disk.E01", "/b/DISK.E01", "/c/d\xc3\xa4sk.E01", "/c/d__sk.E01"})
    images.push_back(image(path));
  // The first part of a long name is not enough.
  images.push_back(image(std::string(200, 'x') + "1"));
  images.push_back(image(std::string(200, 'x') + "2"));
  images.push_back(image("/same", "E-1"));
  images.push_back(image("/same", "E-1"));
  std::set<std::string> folded;
  for (std::string name : image_names(images).names) {
    EXPECT_LE(name.size(), 190U);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_TRUE(folded.insert(name).second) << name;
  }
  EXPECT_EQ(image_names(images).names, image_names(images).names);
}

TEST(ImageNames, DoNotHangOnTheOthers) {
  const std::vector<FleetImage> both = {image("/a/disk"), image("/b/disk"), image("/c/other")};
  const std::vector<FleetImage> turned = {both[2], both[1], both[0]};
  EXPECT_EQ(image_names(both).names[0], image_names(turned).names[2]);
  EXPECT_EQ(image_names(both).names[1], image_names(turned).names[1]);
}

TEST(ImageNames, AnEarlierImageKeepsItsNameAndAnotherOneGetsNone) {
  const std::vector<NamedImage> earlier = {{"disk", image("/a/disk")},
                                           {"disk-00000001", image("/b/disk")},
                                           {"E-1", image("/c/x", "E-1")},
                                           {"E-2", image("/c/y", "E-2")},
                                           {"../evil", image("/c/evil")}};
  const ImageNames found =
      image_names(std::vector{image("/b/../b/disk"), image("/d/DISK"), image("/moved/x", "E-1"),
                              image("/c/y", "E-3"), image("/c/evil"), image("/a/disk")},
                  earlier);
  EXPECT_EQ(found.names[0], "disk-00000001");
  EXPECT_EQ(found.names[1].substr(0, 5), "DISK-");
  EXPECT_EQ(found.names[2], "E-1");
  EXPECT_EQ(found.names[3], "E-3");
  EXPECT_EQ(found.names[4], "evil");
  EXPECT_EQ(found.names[5], "disk");
  EXPECT_EQ(found.apart, std::vector<std::size_t>{1});
  // An id that two have says of neither which it is.
  const ImageNames shared =
      image_names(std::vector{image("/moved/x", "E-1"), image("/moved/z", "E-1")}, earlier);
  EXPECT_EQ(shared.apart.size(), 2U);
}

TEST(ImageNames, WhatIsNoNameOfOursIsAnothers) {
  for (const char* name : {"disk-", "disk-0000000", "disk-0000000g", "disk-000000001",
                           "disk-00000001-", "disk-00000001-x", "diskette", "Disk"})
    EXPECT_NE(image_names(std::vector{image("/a/disk")},
                          std::vector<NamedImage>{{name, image("/a/disk")}})
                  .names[0],
              name);
  for (const char* name : {"disk", "disk-0a1b2c3d", "disk-0a1b2c3d-2"})
    EXPECT_EQ(image_names(std::vector{image("/a/disk")},
                          std::vector<NamedImage>{{name, image("/a/disk")}})
                  .names[0],
              name);
}

}  // namespace
}  // namespace pidometer
