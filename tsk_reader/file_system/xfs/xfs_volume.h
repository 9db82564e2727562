#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/file_system/xfs/xfs_checks.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// What one operation on a filesystem (a listing, the map of a file) may read. Two million extents
/// in half-full leaves of 512 bytes need 160,000 reads; beyond this a corrupt one leads in circles.
inline constexpr std::uint64_t kMostXfsReads = 1'000'000;
/// The same in bytes: a directory of kMaxDirectoryEntries names has some 200 MB.
inline constexpr std::uint64_t kMostXfsBytes = std::uint64_t{1} << 30;

/// A filesystem's geometry with the volume under it, its metadata read in bounds, and what was
/// found wrong. Does not own the source.
class XfsVolume {
 public:
  /// `overlay`, where it is not null, is the source itself: checksums of what it replaces were
  /// never written and are not looked at.
  XfsVolume(BlockSource& source, const XfsSuperblock& super, const OverlaySource* overlay = nullptr)
      : super_(super), reader_(source), overlay_(overlay) {}

  const XfsSuperblock& super() const { return super_; }
  StructureReader& reader() { return reader_; }
  const StructureReader& reader() const { return reader_; }

  /// Begins to count reads and bytes anew.
  void start_operation();

  /// Fills `out` from byte `offset` of the volume; false where the source does not answer or the
  /// operation has read too much.
  bool read_at(std::uint64_t offset, std::span<std::byte> out);

  /// What is wrong with a structure (see xfs_identity_fault) becomes a warning that begins with
  /// `name`, its bytes being used all the same; true where nothing is.
  bool check(std::span<const std::byte> bytes, const XfsIdentity& identity, std::uint64_t offset,
             std::uint64_t owner, const std::string& name);

  /// Each message once.
  void warn(WarningKind kind, std::string message);
  const std::vector<Warning>& warnings() const { return warnings_; }

 private:
  XfsSuperblock super_;
  StructureReader reader_;
  const OverlaySource* overlay_;
  std::uint64_t bytes_read_ = 0;
  std::vector<Warning> warnings_;
};

}  // namespace pidometer
