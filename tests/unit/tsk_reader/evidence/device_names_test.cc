#include "tsk_reader/evidence/device_names.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

MountEntry entry(std::string device, std::string options = "defaults") {
  return {std::move(device), "/var", std::move(options), "ext4"};
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
  EXPECT_EQ(match_device(entry("/dev/disk/by-id/dm-name-vg--a-var--log"), tree),
            DeviceMatch::by_name);
  for (const char* device : {"/dev/mapper/vg-a-var-log", "/dev/mapper/vg--a-var-log",
                             "/dev/mapper/vg-a-var--log", "/dev/mapper/vg--a--var--log"})
    EXPECT_EQ(match_device(entry(device), tree), DeviceMatch::none) << device;
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

TEST(MatchDevice, KnowsPartitionsByTheNamesInTheirTable) {
  TreeIdentity tree;
  tree.partition = 2;
  tree.partition_uuid = "deadbeef-02";
  tree.partition_label = "var log";
  for (const char* device : {"PARTUUID=DEADBEEF-02", "/dev/disk/by-partuuid/deadbeef-02",
                             "PARTLABEL=\"var log\"", "/dev/disk/by-partlabel/var\\x20log"})
    EXPECT_EQ(match_device(entry(device), tree), DeviceMatch::by_name) << device;
  for (const char* device : {"PARTUUID=deadbeef-01", "UUID=deadbeef-02", "PARTLABEL=var",
                             "/dev/disk/by-partlabel/var\\x2log"})
    EXPECT_EQ(match_device(entry(device), tree), DeviceMatch::none) << device;
  EXPECT_EQ(match_device(entry("/dev/disk/by-id/ata-DISK_1-part2"), tree), DeviceMatch::by_number);
}

TEST(MatchDevice, TakesNoFolderForADevice) {
  TreeIdentity tree;
  tree.partition = 2;
  EXPECT_EQ(match_device(entry("/dev/sda2", "bind"), tree), DeviceMatch::none);
}

TEST(MeansAnother, OnlyWhereTheTreeHasANameOfThatKind) {
  TreeIdentity tree;
  EXPECT_FALSE(means_another(entry("UUID=u"), tree));
  EXPECT_FALSE(means_another(entry("PARTUUID=u"), tree));
  tree.uuid = "0a1b";
  tree.partition = 1;
  EXPECT_TRUE(means_another(entry("UUID=u"), tree));
  EXPECT_TRUE(means_another(entry("LABEL=u"), tree));
  EXPECT_FALSE(means_another(entry("UUID=0a1b"), tree));
  // An encrypted volume, an array, a disk that has another name now.
  for (const char* device : {"/dev/mapper/luks-1", "/dev/md0", "/dev/sdb2", "tmpfs"})
    EXPECT_FALSE(means_another(entry(device), tree)) << device;
  tree.subvolume = "@old";
  tree.subvolume_id = 300;
  EXPECT_TRUE(means_another(entry("UUID=0a1b", "subvol=@"), tree));
}

TEST(DiskOf, IsTheNameInFrontOfTheNumber) {
  EXPECT_EQ(disk_of("/dev/sda2"), "sda");
  EXPECT_EQ(disk_of("/dev/nvme0n1p12"), "nvme0n1");
  EXPECT_EQ(disk_of("/dev/mmcblk0p1"), "mmcblk0");
  EXPECT_EQ(disk_of("/dev/disk/by-id/ata-DISK_1-part2"), "disk/by-id/ata-DISK_1");
  EXPECT_EQ(disk_of("/dev/sda"), "");
  EXPECT_EQ(disk_of("UUID=u"), "");
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
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=0x102"), tree), DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=258x"), tree), DeviceMatch::none);
  // The kernel refuses a number and a path that disagree.
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=258,subvol=/@/var/"), tree),
            DeviceMatch::by_name);
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=258,subvol=@"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID=u", "subvolid=257,subvol=@/var"), tree), DeviceMatch::none);
  EXPECT_EQ(match_device(entry("UUID=u"), tree), DeviceMatch::none);
  tree.default_subvolume = true;
  EXPECT_EQ(match_device(entry("UUID=u"), tree), DeviceMatch::by_name);
}

}  // namespace
}  // namespace pidometer
