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

TreeView subvolume(TreeView tree, std::string path, std::uint64_t id) {
  tree.identity.uuid = "b";
  tree.identity.subvolume = std::move(path);
  tree.identity.subvolume_id = id;
  return tree;
}

LogPlace place(const std::vector<TreeView>& trees, std::size_t tree, std::string_view folder) {
  return LogCopies(trees).place(tree, folder);
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
  EXPECT_EQ(place(trees, 0, "/var/log"),
            (LogPlace{LogCopy::hidden, "/var/log",
                      "/etc/fstab of p1 mounts UUID=elsewhere over it on /var, and no volume of "
                      "this image is known by that name"}));
  // Without that volume the host would go on and write here.
  const std::vector<TreeView> either = {root("p1", {{"UUID=elsewhere", "/var", "nofail"}})};
  EXPECT_EQ(place(either, 0, "/var/log").copy, LogCopy::unknown);
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
  EXPECT_EQ(place(trees, 1, "/log"),
            (LogPlace{LogCopy::unknown, "", "/etc/fstab of p1 and p3 alike mount it"}));
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

TEST(LogCopies, ASnapshotThatFstabNamesIsTheSystem) {
  TreeView restored = subvolume(root("b:@", {{"UUID=b", "/", "subvol=@"}}), "@", 300);
  restored.snapshot = "snapshot of backup";
  TreeView moved = subvolume(root("b:old", {{"UUID=b", "/", "subvol=@"}}), "old", 256);
  EXPECT_EQ(place({moved, restored}, 1, "/var/log").copy, LogCopy::live);
  EXPECT_EQ(place({moved, restored}, 0, "/var/log"),
            (LogPlace{LogCopy::unknown, "",
                      "/etc/fstab of b:old names UUID=b as the root, which is b:@"}));
}

TEST(LogCopies, SubvolumesAreSeenWhereTheyHang) {
  const TreeView at = subvolume(root("b:@", {{"UUID=b", "/", "subvol=@"}}), "@", 256);
  const TreeView log = subvolume(data("b:@/var/log"), "@/var/log", 257);
  TreeView snapshot = subvolume(data("b:@/.snapshots/1"), "@/.snapshots/1", 258);
  snapshot.snapshot = "snapshot of @/var/log";
  snapshot.snapshot_of = "@/var/log";
  const std::vector<TreeView> trees = {at, log, snapshot};
  EXPECT_EQ(place(trees, 1, "/"),
            (LogPlace{LogCopy::live, "/var/log", "/etc/fstab of b:@ mounts nothing over it"}));
  EXPECT_EQ(place(trees, 0, "/var/log"),
            (LogPlace{LogCopy::hidden, "/var/log", "the subvolume b:@/var/log hangs over it"}));
  EXPECT_EQ(place(trees, 2, "/"),
            (LogPlace{LogCopy::snapshot, "/var/log", "snapshot of @/var/log"}));
  EXPECT_EQ(LogCopies(trees).place_of(2).root, std::optional<std::size_t>(0));
}

TEST(LogCopies, PicksNoneOfSeveralThatAnswerToOneName) {
  const TreeView system = root("p1", {{"UUID=p1", "/", ""}, {"UUID=v", "/var", ""}});
  TreeView second = data("p2");
  TreeView third = data("p3");
  second.identity.uuid = third.identity.uuid = "v";
  const std::vector<TreeView> trees = {system, second, third};
  const LogPlace want{LogCopy::unknown, "/var/log",
                      "/etc/fstab of p1 mounts UUID=v on /var, which p2 and p3 alike are"};
  EXPECT_EQ(place(trees, 1, "/log"), want);
  EXPECT_EQ(place(trees, 2, "/log"), want);
  EXPECT_EQ(place(trees, 0, "/var/log").words,
            "/etc/fstab of p1 mounts UUID=v over it on /var, which p2 and p3 alike are");
  TreeView clone = system;
  clone.name = "p4";
  EXPECT_EQ(place({system, clone}, 1, "/var/log").words,
            "/etc/fstab of p4 names UUID=p1 as the root, which p1 and p4 alike are");
}

TEST(LogCopies, ACopyOfARootIsNoSystem) {
  const TreeView system = root("p1", {{"UUID=p1", "/", ""}, {"UUID=p2", "/var", ""}});
  TreeView copy = root("p3", system.mounts);
  const std::vector<TreeView> trees = {system, data("p2"), copy};
  EXPECT_EQ(place(trees, 1, "/log").copy, LogCopy::live);
  EXPECT_EQ(
      place(trees, 2, "/var/log"),
      (LogPlace{LogCopy::unknown, "", "/etc/fstab of p3 names UUID=p1 as the root, which is p1"}));
  // Alone it may be the system all the same, under a name that changed: nobody can tell.
  EXPECT_EQ(place({copy}, 0, "/var/log"),
            (LogPlace{LogCopy::unknown, "/var/log",
                      "/etc/fstab of p3 names UUID=p1 as the root, and no volume of this image is "
                      "known by that name"}));
}

TEST(LogCopies, OfTwoLinesForOneMountPointOneCounts) {
  const std::vector<MountEntry> mounts = {{"UUID=p2", "/var", ""}, {"UUID=p3", "/var", ""}};
  std::vector<TreeView> trees = {root("p1", mounts), data("p2"), data("p3")};
  EXPECT_EQ(place(trees, 1, "/log").words,
            "/etc/fstab of p1 mounts UUID=p3 over it on /var, which is p3");
  EXPECT_EQ(place(trees, 2, "/log").copy, LogCopy::live);
  trees[0].systemd = true;
  EXPECT_EQ(place(trees, 1, "/log").copy, LogCopy::live);
  EXPECT_EQ(place(trees, 2, "/log"),
            (LogPlace{LogCopy::unknown, "/var/log",
                      "/etc/fstab of p1 has another line for /var before that of the volume, and "
                      "systemd takes the first"}));
}

TEST(LogCopies, WhatIsNotMountedAtBootHidesNothing) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=p2", "/var", "noauto"}}), data("p2")};
  EXPECT_EQ(place(trees, 0, "/var/log").copy, LogCopy::live);
  EXPECT_EQ(place(trees, 1, "/log"),
            (LogPlace{LogCopy::unknown, "/var/log",
                      "/etc/fstab of p1 mounts the volume on /var only when asked (noauto)"}));
}

TEST(LogCopies, MemoryAndOverlaysHideToo) {
  for (const char* device : {"tmpfs", "overlay", "server:/logs"})
    EXPECT_EQ(
        place({root("p1", {{device, "/var/log", ""}})}, 0, "/var/log"),
        (LogPlace{LogCopy::hidden, "/var/log",
                  std::string("/etc/fstab of p1 mounts ") + device + " over it on /var/log"}));
}

TEST(LogCopies, FollowsBindMounts) {
  const std::vector<TreeView> trees = {
      root("p1", {{"UUID=p2", "/srv", ""}, {"/srv/logs", "/var/log", "bind"}}), data("p2")};
  EXPECT_EQ(LogCopies(trees).logs_on(1), std::optional<std::string>("/logs"));
  EXPECT_EQ(LogCopies(trees).logs_on(0), std::nullopt);
  EXPECT_EQ(
      place(trees, 1, "/logs"),
      (LogPlace{LogCopy::live, "/var/log", "/etc/fstab of p1 shows /srv/logs on /var/log (bind)"}));
  EXPECT_EQ(place(trees, 0, "/var/log").words,
            "/etc/fstab of p1 mounts /srv/logs over it on /var/log (bind), which is p2 (/logs)");
  // A mount point bound to itself, and one to the other, end.
  for (const bool systemd : {false, true}) {
    TreeView loop =
        root("p1", {{"/var", "/var", "bind"}, {"/srv", "/var", "bind"}, {"/var", "/srv", "bind"}});
    loop.systemd = systemd;
    EXPECT_TRUE(LogCopies({loop}).logs_on(0).has_value());
  }
}

TEST(LogCopies, ABackupIsNotWhereTheHostWrites) {
  const std::vector<TreeView> trees = {root("p1", {{"UUID=p2", "/backup", ""}}), data("p2")};
  EXPECT_EQ(place(trees, 1, "/var/log"),
            (LogPlace{LogCopy::unknown, "/backup/var/log",
                      "/etc/fstab of p1 has the volume on /backup, and the host's own logs in "
                      "/var/log"}));
  EXPECT_EQ(place(trees, 0, "/log").copy, LogCopy::unknown);
}

TEST(LogCopies, NumbersAreThoseOfOneDisk) {
  TreeView system =
      root("p1", {{"/dev/sda1", "/", ""}, {"/dev/sda2", "/var", ""}, {"/dev/sdb2", "/srv", ""}});
  system.identity.partition = 1;
  TreeView second = data("p2");
  second.identity.partition = 2;
  EXPECT_EQ(place({system, second}, 1, "/log").copy, LogCopy::live);
  // Which disk is it that holds the root?
  system.mounts[0].device = "UUID=p1";
  EXPECT_EQ(place({system, second}, 1, "/log"), LogPlace{});
  EXPECT_EQ(place({system, second}, 0, "/var/log").copy, LogCopy::hidden);
  // A partition of a guest's disk is none of the host's.
  system.mounts = {{"/dev/sda2", "/var", ""}};
  second.identity.disk = "lvm-vg-guest";
  EXPECT_EQ(place({system, second}, 1, "/log"), LogPlace{});
}

}  // namespace
}  // namespace pidometer
