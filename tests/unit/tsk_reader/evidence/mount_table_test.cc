#include "tsk_reader/evidence/mount_table.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

MountEntry entry(std::string device, std::string mount_point, std::string options = "defaults") {
  return {std::move(device), std::move(mount_point), std::move(options), "ext4"};
}

TEST(ParseFstab, TakesWhatIsMountedAndLeavesTheRestOut) {
  const auto entries = parse_fstab(
      "# /etc/fstab\n"
      "   # UUID=no /var ext4 defaults 0 0\n"
      "UUID=0A1b-2C  /      ext4 errors=remount-ro 0 1\r\n"
      "\t/dev/mapper/rhel-var\t//var/ xfs defaults 0 0\n"
      "LABEL=my\\040logs /var/log ext4\n"
      "/dev/sda6 /srv/a\\040b\\011c\\134d btrfs subvol=/my\\040sub 0 0\n"
      "/data//log/ /var/log none bind 0 0\n"
      "server:/export /home nfs defaults 0 0\n"
      "/dev/sda3 none swap sw 0 0\n"
      "/dev/sda3 /swap swap sw 0 0\n"
      "/dev/sda4 /short\n");
  const std::vector<MountEntry> want = {
      {"UUID=0A1b-2C", "/", "errors=remount-ro", "ext4"},
      {"/dev/mapper/rhel-var", "/var", "defaults", "xfs"},
      {"LABEL=my logs", "/var/log", "", "ext4"},
      {"/dev/sda6", "/srv/a b\tc\\d", "subvol=/my sub", "btrfs"},
      {"/data/log", "/var/log", "bind", "none"},
      {"server:/export", "/home", "defaults", "nfs"},
  };
  EXPECT_EQ(entries, want);
}

TEST(ParseFstab, TakesNoMoreThanAThousandLines) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "/dev/sda1 /mnt ext4 defaults 0 0\n";
  EXPECT_EQ(parse_fstab(text).size(), 1000U);
}

TEST(MountEntry, KnowsWhatItsFirstFieldMeans) {
  EXPECT_EQ(entry("UUID=u", "/var").source(), MountSource::device);
  EXPECT_EQ(entry("PARTUUID=u", "/var").source(), MountSource::device);
  EXPECT_EQ(entry("/dev/sda2", "/var").source(), MountSource::device);
  EXPECT_EQ(entry("/srv/var", "/var", "rw,bind").source(), MountSource::folder);
  EXPECT_EQ(entry("/srv/var", "/var", "rbind").source(), MountSource::folder);
  for (const char* device : {"tmpfs", "overlay", "server:/var", "//server/var", "/var.img"})
    EXPECT_EQ(entry(device, "/var").source(), MountSource::other) << device;
}

TEST(MountEntry, KnowsWhatIsNotMountedAtBoot) {
  EXPECT_TRUE(entry("UUID=u", "/var", "noauto,nofail").on_demand());
  EXPECT_FALSE(entry("UUID=u", "/var", "noauto,auto").on_demand());
  EXPECT_FALSE(entry("UUID=u", "/var", "noauto,x-systemd.automount").on_demand());
  EXPECT_FALSE(entry("UUID=u", "/var", "noautofs").on_demand());
  EXPECT_TRUE(entry("UUID=u", "/var", "rw,nofail").may_fail());
  EXPECT_FALSE(entry("UUID=u", "/var", "rw,x-nofail").may_fail());
}

TEST(MountOrder, IsThatOfTheLinesOrThatOfSystemd) {
  const MountEntry log = entry("UUID=log", "/var/log");
  const MountEntry var = entry("UUID=var", "/var");
  const MountEntry second = entry("UUID=second", "/var");
  const MountEntry asked = entry("UUID=asked", "/srv", "noauto");
  const MountEntry srv = entry("UUID=srv", "/srv");
  const std::vector<MountEntry> lines = {log, var, second, asked, srv};
  EXPECT_EQ(in_mount_order(lines, false), (std::vector{log, var, second, srv}));
  // The unit of what is only mounted when asked for exists all the same.
  EXPECT_EQ(in_mount_order(lines, true), (std::vector{var, log}));
}

TEST(Paths, AreSeenFromMountPointsAndAboveThem) {
  EXPECT_TRUE(is_at_or_below("/var/log", "/var"));
  EXPECT_TRUE(is_at_or_below("/var/log", "/"));
  EXPECT_TRUE(is_at_or_below("/var", "/var"));
  EXPECT_FALSE(is_at_or_below("/variant", "/var"));
  EXPECT_EQ(seen_from("/var/log", "/var"), "/log");
  EXPECT_EQ(seen_from("/var", "/var"), "/");
  EXPECT_EQ(seen_from("/var", "/"), "/var");
  EXPECT_EQ(seen_above("/log", "/var"), "/var/log");
  EXPECT_EQ(seen_above("/", "/var"), "/var");
  EXPECT_EQ(seen_above("/var", "/"), "/var");
}

}  // namespace
}  // namespace pidometer
