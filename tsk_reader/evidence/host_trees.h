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
  /// mounts it or in whose tree it hangs; else of the only root of the image, unless that mounts
  /// something else on /var or /var/log: then, as where there are several roots, a warning says
  /// that they are left open.
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
  std::vector<std::size_t> roots() const;
  std::vector<std::size_t> likely_roots() const;
  std::optional<std::size_t> hangs_in(const std::vector<std::size_t>& roots,
                                      std::size_t index) const;
  HostFacts left_open(std::size_t index, const std::string& reason);

  OpenVolumes& volumes_;
  StepNote& steps_;
  std::vector<TreeFacts> facts_;     ///< parallel to the volumes
  std::optional<LogCopies> copies_;  ///< likewise; empty until they are read
};

}  // namespace pidometer
