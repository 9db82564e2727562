#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_facts.h"
#include "base/log_copy.h"
#include "tsk_reader/evidence/host_facts.h"
#include "tsk_reader/evidence/log_copies.h"
#include "tsk_reader/evidence/open_volumes.h"

namespace pidometer {

/// Which trees of files of an image make a host: whose /etc speaks for a volume, and which of
/// several copies of a log was in use.
class HostTrees {
 public:
  /// Both must outlive it.
  HostTrees(OpenVolumes& volumes, StepNote& steps) : volumes_(volumes), steps_(steps) {}

  /// Reads each tree's /etc, the first time it is called.
  void read();

  /// A volume's own /etc speaks for it. One that has none has the facts of the root whose fstab
  /// mounts it; else of the only root of the image; else of the only one that mounts a /var.
  HostFacts facts_for(std::size_t index);

  LogPlace place(std::size_t index, std::string_view folder) const {
    return copies_->place(index, folder);
  }

  /// Where on this tree the host has its /var/log, if it is on this tree.
  std::optional<std::string> logs_on(std::size_t index) const { return copies_->logs_on(index); }

  /// Whether the logs may lie at the top of this tree: it is mounted on /var/log, or nobody says
  /// where and it has neither /etc nor /var nor /log.
  bool may_be_log_volume(std::size_t index);

 private:
  std::vector<std::size_t> likely_roots(std::size_t index) const;
  bool mounts_var(std::size_t index) const;

  OpenVolumes& volumes_;
  StepNote& steps_;
  std::vector<TreeFacts> facts_;     ///< parallel to the volumes
  std::optional<LogCopies> copies_;  ///< likewise; empty until they are read
};

}  // namespace pidometer
