#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/evidence.h"
#include "tsk_reader/file_system/file_system.h"
#include "tsk_reader/file_system/file_system_identity.h"
#include "tsk_reader/process/step.h"
#include "tsk_reader/volume/volume_tree.h"

namespace pidometer {

/// A volume of an image, or one of several trees of a volume, with its filesystem.
struct OpenVolume {
  Volume volume;
  VolumeReport report;
  FileSystemIdentity identity;
  std::unique_ptr<FileSystem> file_system;  ///< null where it could not be opened
  const FileSystem* whole = nullptr;        ///< of which file_system is one tree, or itself
  std::size_t warnings_taken = 0;           ///< of the filesystem's own
};

/// All volumes of an image, and what is to be told of them. Holds what the volumes stand on.
class OpenVolumes {
 public:
  /// `steps` must outlive it.
  OpenVolumes(std::unique_ptr<BlockSource> source, InputReport report, StepNote& steps)
      : source_(std::move(source)), report_(std::move(report)), steps_(steps) {}

  /// Finds and opens them. Once.
  void open(const GivenImages& given);

  std::vector<OpenVolume>& all() { return volumes_; }
  const BlockSource& image() const { return *source_; }
  BlockSource& image() { return *source_; }

  /// Grows while files are read.
  InputReport report() const;
  std::vector<VolumeReport> reports() const;

  /// Adds a warning to the report, once.
  void warn(Warning warning);
  void warn(WarningKind kind, std::string volume, std::string path, std::string message,
            std::optional<ByteRange> range = std::nullopt);

  /// Brings what a filesystem has to tell since the last call into the report.
  void take_file_system_warnings(OpenVolume& one);

 private:
  void open_volume(Volume volume);
  void open_file_system_of(OpenVolume& one);
  void add_trees(std::size_t index);
  void check_extent(const OpenVolume& one);

  std::unique_ptr<BlockSource> source_;
  InputReport report_;
  StepNote& steps_;
  VolumeTree tree_;  ///< what the volumes stand on
  std::vector<OpenVolume> volumes_;
  DamageList beyond_;      ///< what volumes and filesystems claim and the image does not hold
  std::uint64_t end_ = 0;  ///< of the last volume or filesystem, as they claim
};

}  // namespace pidometer
