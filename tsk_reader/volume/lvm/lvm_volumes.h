#pragma once

#include <memory>
#include <vector>

#include "tsk_reader/volume/lvm/lvm_grouping.h"
#include "tsk_reader/volume/volume_scanner.h"

namespace pidometer {

/// The logical volumes of a group.
struct LvmVolumes {
  std::vector<Volume> volumes;  ///< in the order of the metadata; what is not read is named
  std::vector<std::unique_ptr<BlockSource>> below;  ///< hidden volumes that others read from
  std::vector<Warning> warnings;
};

/// Linear, striped, zero and error segments are mapped; a missing physical volume leaves damage.
/// The members of the group must outlive the volumes. Hidden volumes (status without VISIBLE) are
/// not listed. Names are `lvm-VG-LV`, safe as file names.
LvmVolumes make_logical_volumes(const LvmGroup& group);

}  // namespace pidometer
