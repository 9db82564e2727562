#include "tsk_reader/evidence/log_copies.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TreeView root(std::string name, std::vector<MountEntry> mounts) {
  TreeView tree;
  tree.name = std::move(name);
  tree.identity.uuid = tree.name;
  tree.has_etc = tree.has_fstab = true;
  tree.mounts = std::move(mounts);
  return tree;
}

TreeView data(std::string name) {
  TreeView tree;
  tree.name = std::move(name);
  tree.identity.uuid = tree.name;
  return tree;
}

LogPlace place(const std::vector<TreeView>& trees, std::size_t tree, std::string_view folder) {
  return place_folder(trees, place_trees(trees), tree, folder);
}

TEST(LogCopies, AMountedVarHidesTheOlderOne) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=p1", "/", ""}, {"UUID=p2", "/var", ""}}),
                                       data("p2")};
  EXPECT_EQ(place(trees, 0, "/var/log"),
            (LogPlace{LogCopy::hidden, "/var/log",
                      "/etc/fstab of p1 mounts UUID=p2 over it on /var, which is p2"}));
  EXPECT_EQ(place(trees, 1, "/log"),
            (LogPlace{LogCopy::live, "/var/log", "/etc/fstab of p1 mounts the volume on /var"}));
}

TEST(LogCopies, AVolumeForTheLogsAloneHidesBothOthers) {
  const std::vector<TreeView> trees = {
      root("p1", {{"UUID=p2", "/var", ""}, {"UUID=p3", "/var/log", ""}}), data("p2"), data("p3")};
  EXPECT_EQ(place(trees, 0, "/var/log").copy, LogCopy::hidden);
  EXPECT_EQ(place(trees, 1, "/log").copy, LogCopy::hidden);
  EXPECT_EQ(place(trees, 2, "/"), (LogPlace{LogCopy::live, "/var/log",
                                            "/etc/fstab of p1 mounts the volume on /var/log"}));
}

TEST(LogCopies, SaysThatTheLiveVolumeIsNotThere) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=elsewhere", "/var", ""}})};
  const LogPlace found = place(trees, 0, "/var/log");
  EXPECT_EQ(found.copy, LogCopy::hidden);
  EXPECT_NE(found.words.find("not among the volumes that were read"), std::string::npos);
}

TEST(LogCopies, WithoutFstabNothingIsKnown) {
  TreeView bare = root("whole", {});
  bare.has_fstab = false;
  EXPECT_EQ(place({bare}, 0, "/var/log"), LogPlace{});
  EXPECT_EQ(place({data("p2")}, 0, "/log"), LogPlace{});
}

TEST(LogCopies, ARootWithoutOtherMountsIsLive) {
  EXPECT_EQ(place({root("whole", {{"UUID=whole", "/", ""}})}, 0, "/var/log").copy, LogCopy::live);
  // /variant is no part of /var/log.
  EXPECT_EQ(place({root("whole", {{"UUID=x", "/var/lo", ""}})}, 0, "/var/log").copy, LogCopy::live);
}

TEST(LogCopies, TwoSystemsKeepTheirOwn) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=p2", "/var", ""}}), data("p2"),
                                       root("p3", {{"UUID=p3", "/", ""}})};
  EXPECT_EQ(place(trees, 0, "/var/log").copy, LogCopy::hidden);
  EXPECT_EQ(place(trees, 1, "/log").copy, LogCopy::live);
  EXPECT_EQ(place(trees, 2, "/var/log").copy, LogCopy::live);
}

TEST(LogCopies, AVolumeThatTwoSystemsMountBelongsToNone) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=p2", "/var", ""}}), data("p2"),
                                       root("p3", {{"UUID=p2", "/var", ""}})};
  EXPECT_EQ(place(trees, 1, "/log"), LogPlace{});
}

TEST(LogCopies, ANameWinsOverANumber) {
  TreeView volume = data("p2");
  volume.identity.partition = 2;
  const std::vector<TreeView> trees = {root("p1", {{"/dev/sda2", "/srv", ""}}), volume,
                                       root("p3", {{"UUID=p2", "/var", ""}})};
  EXPECT_EQ(place(trees, 1, "/log").path, "/var/log");
  const std::vector<TreeView> alone = {root("p1", {{"/dev/sda2", "/var", ""}}), volume};
  EXPECT_NE(place(alone, 1, "/log").words.find("by the number"), std::string::npos);
}

TEST(LogCopies, ASnapshotIsNeverLive) {
  TreeView snapshot = root("p1:.snapshots/1", {{"UUID=p1", "/", ""}});
  snapshot.snapshot = "snapshot of @";
  EXPECT_EQ(place({snapshot}, 0, "/var/log"),
            (LogPlace{LogCopy::snapshot, "/var/log", "snapshot of @"}));
}

}  // namespace
}  // namespace pidometer
