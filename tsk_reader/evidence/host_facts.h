#pragma once

#include <string>
#include <vector>

#include "base/host_facts.h"
#include "tsk_reader/evidence/mount_table.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// What the tree of one filesystem says about the host that booted from it.
struct TreeFacts {
  bool has_etc = false;            ///< there is an /etc with something in it: facts may be trusted
  bool has_fstab = false;          ///< there is a whole /etc/fstab with a mount in it
  bool systemd = false;            ///< /sbin/init is systemd
  std::vector<MountEntry> mounts;  ///< of its /etc/fstab
  HostFacts facts;                 ///< empty without /etc
  std::string fstab_problem;       ///< one sentence; empty where it was read, or is not there
  std::vector<std::string> damaged;   ///< paths of settings that are damaged and were not used
  std::vector<std::string> problems;  ///< one sentence each: a zone file that is damaged, a loop
};

/// Zone: /etc/localtime (a file or a symlink into the tree's own zoneinfo), else the name in
/// /etc/timezone or /etc/sysconfig/clock. Where the tree has no zoneinfo for a name, the examiner's
/// /usr/share/zoneinfo is read and zone_source says so.
TreeFacts read_tree_facts(FileSystem& file_system);

}  // namespace pidometer
