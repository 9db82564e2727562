#include "tsk_reader/evidence/host_facts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <map>

#include "tests/support/memory_file_system.h"

namespace pidometer {
namespace {

using Files = std::map<std::string, std::string>;

TreeFacts facts_of(const Files& files, const Files& links = {}) {
  MemoryFileSystem fs;
  for (const auto& [path, text] : files) fs.file(path, text);
  for (const auto& [path, target] : links) fs.link(path, target);
  return read_tree_facts(fs);
}

/// A TZif of one constant offset of `hours`, version 2 with its footer (RFC 9636).
std::string tzif(int hours) {
  std::string block = "TZif2" + std::string(15, '\0');
  for (const char count : {'\0', '\0', '\0', '\0', '\1', '\4'})
    block += std::string(3, '\0') + count;
  const auto seconds = static_cast<std::uint32_t>(hours * 3600);
  for (int shift = 24; shift >= 0; shift -= 8)
    block += static_cast<char>(seconds >> static_cast<unsigned>(shift) & 0xFFU);
  block += std::string(2, '\0') + "XYZ" + '\0';
  return block + block + "\nXYZ" + std::to_string(-hours) + "\n";
}

TEST(HostFacts, NameOsAndMountsComeFromTheirFiles) {
  const struct {
    const char* name;
    Files files;
    const char* hostname;
    const char* os_name;
    bool mounts_var;
  } cases[] = {
      {"no /etc", {{"/log/cron", "x"}}, "", "", false},
      {"hostname", {{"/etc/hostname", "# me\n\n web01 \r\n"}}, "web01", "", false},
      {"Red Hat's network",
       {{"/etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=\"web01.example.org\"\n"}},
       "web01.example.org",
       "",
       false},
      {"both: hostname wins",
       {{"/etc/hostname", "a"}, {"/etc/sysconfig/network", "HOSTNAME=b"}},
       "a",
       "",
       false},
      {"the last assignment wins",
       {{"/etc/sysconfig/network", "HOSTNAME=a\nHOSTNAME='b'"}},
       "b",
       "",
       false},
      {"a commented assignment", {{"/etc/sysconfig/network", "#HOSTNAME=a\n"}}, "", "", false},
      {"os-release",
       {{"/etc/os-release", "NAME=x\nPRETTY_NAME=\"Some Linux 12 (y)\"\n"}},
       "",
       "Some Linux 12 (y)",
       false},
      {"vendor's os-release",
       {{"/etc/x", ""}, {"/usr/lib/os-release", "PRETTY_NAME=Other\n"}},
       "",
       "Other",
       false},
      {"redhat-release",
       {{"/etc/redhat-release", "Red Hat Linux release 6.2 (Zoot)\n"}},
       "",
       "Red Hat Linux release 6.2 (Zoot)",
       false},
      {"fstab mounts /var",
       {{"/etc/fstab", "UUID=1 / ext4 x 0 1\nUUID=2\t/var\text4 x 0 2\n"}},
       "",
       "",
       true},
      {"fstab mounts /var/log", {{"/etc/fstab", "/dev/sda3 /var/log ext4 x 0 2"}}, "", "", true},
      {"fstab has it as a comment", {{"/etc/fstab", "#/dev/sda3 /var ext4\n"}}, "", "", false},
      {"fstab mounts /var/tmp",
       {{"/etc/fstab", "/dev/sda3 /var/tmp ext4\n/var /x y\n"}},
       "",
       "",
       false},
      {"binary rubbish",
       {{"/etc/hostname", std::string(100, '\0')}, {"/etc/fstab", "\xff\xfe=="}},
       nullptr,
       "",
       false},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const TreeFacts got = facts_of(one.files);
    EXPECT_EQ(got.has_etc, one.files.begin()->first.starts_with("/etc"));
    if (one.hostname != nullptr) {
      EXPECT_EQ(got.facts.hostname, one.hostname);
    }
    EXPECT_EQ(got.facts.os_name, one.os_name);
    EXPECT_EQ(std::any_of(got.mounts.begin(), got.mounts.end(),
                          [](const MountEntry& mount) {
                            return mount.mount_point == "/var" || mount.mount_point == "/var/log";
                          }),
              one.mounts_var);
    EXPECT_EQ(got.has_fstab, !got.mounts.empty());
    EXPECT_FALSE(got.facts.zone);
    EXPECT_TRUE(got.problems.empty());
  }
}

TEST(HostFacts, PidMaxFollowsSysctlsOrder) {
  const struct {
    const char* name;
    Files files;
    std::uint32_t want;  // 0: none
  } cases[] = {
      {"none", {{"/etc/sysctl.conf", "kernel.panic = 5\n"}}, 0},
      {"sysctl.conf", {{"/etc/sysctl.conf", "kernel.pid_max=65536\n"}}, 65536},
      {"with a slash, ignoring errors",
       {{"/etc/sysctl.conf", " -kernel/pid_max = 4194304 \n"}},
       4194304},
      {"a comment", {{"/etc/sysctl.conf", "; kernel.pid_max = 1000\n#kernel.pid_max=2000\n"}}, 0},
      {"the last line wins",
       {{"/etc/sysctl.conf", "kernel.pid_max=1000\nkernel.pid_max=2000\n"}},
       2000},
      {"files by name",
       {{"/etc/x", ""},
        {"/etc/sysctl.d/10-a.conf", "kernel.pid_max=1000"},
        {"/usr/lib/sysctl.d/50-b.conf", "kernel.pid_max=2000"}},
       2000},
      {"the first folder's file of a name hides the others",
       {{"/etc/sysctl.d/50-b.conf", ""}, {"/usr/lib/sysctl.d/50-b.conf", "kernel.pid_max=2000"}},
       0},
      {"sysctl.conf comes last",
       {{"/etc/sysctl.conf", "kernel.pid_max=1000"},
        {"/etc/sysctl.d/99-z.conf", "kernel.pid_max=2000"}},
       1000},
      {"no .conf", {{"/etc/sysctl.d/README", "kernel.pid_max=1000"}}, 0},
      {"below what a kernel takes", {{"/etc/sysctl.conf", "kernel.pid_max=300"}}, 0},
      {"the least", {{"/etc/sysctl.conf", "kernel.pid_max=301"}}, 301},
      {"above what a kernel takes", {{"/etc/sysctl.conf", "kernel.pid_max=4194305"}}, 0},
      {"no number", {{"/etc/sysctl.conf", "kernel.pid_max=65536x\nkernel.pid_max=\n"}}, 0},
  };
  for (const auto& one : cases) {
    const auto pid_max = facts_of(one.files).facts.pid_max;
    EXPECT_EQ(pid_max ? static_cast<std::uint32_t>(*pid_max) : 0U, one.want) << one.name;
  }
}

TEST(HostFacts, AnFstabThatCannotBeReadIsTold) {
  MemoryFileSystem tree;
  tree.file("/etc/hostname", "a\n");
  EXPECT_EQ(read_tree_facts(tree).fstab_problem, "");
  const std::uint64_t fstab = tree.file("/etc/fstab", "UUID=u / ext4 defaults 0 1\n");
  EXPECT_TRUE(read_tree_facts(tree).has_fstab);
  EXPECT_EQ(read_tree_facts(tree).fstab_problem, "");
  tree.corrupt(fstab);
  const TreeFacts facts = read_tree_facts(tree);
  EXPECT_FALSE(facts.has_fstab);
  EXPECT_NE(facts.fstab_problem.find("cannot be read"), std::string::npos);
}

TEST(HostFacts, SystemdIsWhatInitLeadsTo) {
  const struct {
    Files files;
    Files links;
    bool systemd;
  } cases[] = {
      {{{"/etc/x", "x"}, {"/lib/systemd/systemd", "x"}},
       {{"/sbin/init", "/lib/systemd/systemd"}},
       true},
      {{{"/etc/x", "x"}, {"/usr/lib/systemd/systemd", "x"}},
       {{"/lib", "usr/lib"}, {"/sbin", "usr/sbin"}, {"/usr/sbin/init", "../lib/systemd/systemd"}},
       true},
      // On a volume of its own.
      {{{"/etc/x", "x"}}, {{"/sbin/init", "/usr/lib/systemd/systemd"}}, true},
      {{{"/etc/x", "x"}, {"/lib/systemd/systemd", "x"}, {"/sbin/init", "sysvinit"}}, {}, false},
      {{{"/etc/x", "x"}}, {}, false},
  };
  for (const auto& one : cases) EXPECT_EQ(facts_of(one.files, one.links).systemd, one.systemd);
}

TEST(HostFacts, TheZoneIsTheTreesOwn) {
  const std::string zone = "/usr/share/zoneinfo/Test/Zone";
  const struct {
    const char* name;
    Files files;
    Files links;
    const char* zone;  // null: none
    const char* source;
    std::size_t problems;
  } cases[] = {
      {"a file", {{"/etc/localtime", tzif(2)}}, {}, "/etc/localtime", "/etc/localtime", 0},
      {"a link",
       {{zone, tzif(2)}, {"/etc/x", ""}},
       {{"/etc/localtime", zone}},
       "Test/Zone",
       "/etc/localtime",
       0},
      {"a file and its name",
       {{"/etc/localtime", tzif(2)}, {"/etc/timezone", "Test/Zone\n"}, {zone, tzif(2)}},
       {},
       "Test/Zone",
       "/etc/localtime",
       0},
      {"a file and the name of another zone",
       {{"/etc/localtime", tzif(2)}, {"/etc/timezone", "Test/Zone\n"}, {zone, tzif(3)}},
       {},
       "/etc/localtime",
       "/etc/localtime",
       0},
      {"a name alone",
       {{"/etc/timezone", "Test/Zone\n"}, {zone, tzif(2)}},
       {},
       "Test/Zone",
       "/etc/timezone",
       0},
      {"Red Hat's clock",
       {{"/etc/sysconfig/clock", "ZONE=\"Test/Zone\"\nUTC=true"}, {zone, tzif(2)}},
       {},
       "Test/Zone",
       "/etc/sysconfig/clock",
       0},
      {"a name of no zone", {{"/etc/timezone", "Test/Nowhere\n"}}, {}, nullptr, "", 1},
      {"a way out of zoneinfo", {{"/etc/timezone", "../../etc/passwd\n"}}, {}, nullptr, "", 0},
      {"rubbish", {{"/etc/localtime", "TZif and no more"}}, {}, nullptr, "", 0},
      {"a loop", {{"/etc/x", ""}}, {{"/etc/localtime", "localtime"}}, nullptr, "", 1},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const TreeFacts got = facts_of(one.files, one.links);
    ASSERT_EQ(got.facts.zone.has_value(), one.zone != nullptr);
    if (one.zone != nullptr) {
      EXPECT_EQ(got.facts.zone->name(), one.zone);
      EXPECT_EQ(got.facts.zone->offset_at(std::chrono::sys_seconds{}), std::chrono::hours(2));
    }
    EXPECT_EQ(got.facts.zone_source, one.source);
    EXPECT_EQ(got.problems.size(), one.problems);
  }
}

}  // namespace
}  // namespace pidometer
