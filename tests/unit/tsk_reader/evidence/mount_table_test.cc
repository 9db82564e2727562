#include "tsk_reader/evidence/mount_table.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

MountEntry entry(std::string device, std::string options = "defaults") {
  return {std::move(device), "/var", std::move(options)};
}

TEST(ParseFstab, TakesDevicesAndLeavesTheRestOut) {
  const auto entries = parse_fstab(
      "# /etc/fstab\n"
      "UUID=0A1b-2C  /      ext4 errors=remount-ro 0 1\r\n"
      "\t/dev/mapper/rhel-var\t/var/ xfs defaults 0 0\n"
      "LABEL=my\\040logs /var/log ext4\n"
      "proc /proc proc defaults 0 0\n"
      "tmpfs /var/tmp tmpfs size=1G 0 0\n"
      "server:/export /home nfs defaults 0 0\n"
      "/dev/sda3 none swap sw 0 0\n"
      "/dev/sda4 /short\n");
  const std::vector<MountEntry> want = {
      {"UUID=0A1b-2C", "/", "errors=remount-ro"},
      {"/dev/mapper/rhel-var", "/var", "defaults"},
      {"LABEL=my logs", "/var/log", ""},
  };
  EXPECT_EQ(entries, want);
}

TEST(ParseFstab, TakesNoMoreThanAThousandLines) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "/dev/sda1 /mnt ext4 defaults 0 0\n";
  EXPECT_EQ(parse_fstab(text).size(), 1000U);
}

TEST(MatchDevice, KnowsUuidAndLabelInEitherForm) {
  TreeIdentity tree;
  tree.uuid = "0a1b2c3d-0000-1111-2222-333344445555";
  tree.label = "var";
  EXPECT_EQ(match_device(entry("UUID=0A1B2C3D-0000-1111-2222-333344445555"), tree),
            DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=\"0a1b2c3d-0000-1111-2222-333344445555\""), tree),
            DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("/dev/disk/by-uuid/0a1b2c3d-0000-1111-2222-333344445555"), tree),
            DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("LABEL=var"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("LABEL=VAR"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID=0a1b2c3d"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID="), TreeIdentity{}), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("LABEL="), TreeIdentity{}), DeviceMatch::none);
}

TEST(MatchDevice, KnowsLogicalVolumesWithDashes) {
  TreeIdentity tree;
  tree.volume_group = "vg-a";
  tree.logical_volume = "var-log";
  EXPECT_EQ(match_device(entry("/dev/mapper/vg--a-var--log"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("/dev/vg-a/var-log"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("/dev/mapper/vg-a-var-log"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("/dev/sda1"), tree), DeviceMatch::none);
}

TEST(MatchDevice, KnowsPartitionsByNumberOnly) {
  TreeIdentity tree;
  tree.partition = 2;
  for (const char* device : {"/dev/sda2", "/dev/vdb2", "/dev/nvme0n1p2", "/dev/mmcblk0p2"})
    EXPECT_EQ(match_device(entry(device), tree), DeviceMatch::by_number) << device;
  for (const char* device : {"/dev/sda", "/dev/sda12", "/dev/nvme0n2", "/dev/dm-2", "/dev/md2",
                             "sda2", "/dev/sda99999999999999999999"})
    EXPECT_EQ(match_device(entry(device), tree), DeviceMatch::none) << device;
}

TEST(MatchDevice, AsksForTheSubvolumeOfBtrfs) {
  TreeIdentity tree;
  tree.uuid = "u";
  tree.subvolume = "@/var";
  tree.subvolume_id = 258;
  EXPECT_EQ(match_device(entry("UUID=u", "rw,subvol=/@/var"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=u", "subvol=@/var,noatime"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=258"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=2580"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID=u", "subvol=@"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID=u"), tree), DeviceMatch::none);
  tree.default_subvolume = true;
  EXPECT_EQ(match_device(entry("UUID=u"), tree), DeviceMatch::by_name);
}

}  // namespace
}  // namespace pidometer
