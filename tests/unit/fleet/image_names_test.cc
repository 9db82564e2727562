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
                              image(".bash"), image("-rf"), image("a\nb")}),
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
  for (std::string name : image_names(images)) {
    EXPECT_LE(name.size(), 190U);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_TRUE(folded.insert(name).second) << name;
  }
  EXPECT_EQ(image_names(images), image_names(images));
}

TEST(ImageNames, DoNotHangOnTheOthers) {
  const std::vector<FleetImage> both = {image("/a/disk"), image("/b/disk"), image("/c/other")};
  const std::vector<FleetImage> turned = {both[2], both[1], both[0]};
  EXPECT_EQ(image_names(both)[0], image_names(turned)[2]);
  EXPECT_EQ(image_names(both)[1], image_names(turned)[1]);
}

}  // namespace
}  // namespace pidometer
