#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/container/mapped/container_file.h"

namespace pidometer {

/// Where a run of the bytes that a guest saw lies, by the tables of its container.
struct Placement {
  enum class Kind {
    stored,  ///< in `file` from `offset` on
    packed,  ///< in a unit that GuestMap::unpack() makes, `unit_begin` its first guest byte
    zeros,   ///< never written, or written as zeros: zeros by right
    below,   ///< as in the image below (backing file, parent)
    lost,    ///< cannot be located, for `reason`
  };
  Kind kind = Kind::lost;
  std::uint64_t length = 0;        ///< guest bytes from the one asked for on, more than 0
  ContainerFile* file = nullptr;   ///< of `stored` and `packed`
  std::uint64_t offset = 0;        ///< bytes into `file`
  std::uint64_t unit_begin = 0;    ///< of `packed`
  std::uint64_t packed_bytes = 0;  ///< of `packed`: bytes of `file` that it may take, at most
  std::string reason;              ///< of `lost`
};

/// Bytes of a container's file.
struct FileRange {
  ContainerFile* file = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// The tables of one image. Offsets are those of the guest's disk.
class GuestMap {
 public:
  GuestMap() = default;
  GuestMap(const GuestMap&) = delete;
  GuestMap& operator=(const GuestMap&) = delete;
  virtual ~GuestMap() = default;

  /// Bytes of the guest's disk.
  virtual std::uint64_t size() const = 0;

  /// `offset` is below size(). Never fails: what cannot be told is lost.
  virtual Placement place(std::uint64_t offset) = 0;

  /// The most placements that `bytes` of tables can tell of while no two of their entries point to
  /// one table: the walk of an honest map ends there. An entry has 4 bytes or more.
  virtual std::uint64_t most_placements(std::uint64_t bytes) const { return bytes / 4; }

  /// Where the container's own structures lie: no guest byte can be there. May be incomplete.
  virtual std::vector<FileRange> structures() { return {}; }

  /// The bytes of the unit that `packed` names, from its `unit_begin` on; why not where they cannot
  /// be had. A map without packed placements is not asked.
  virtual std::optional<std::string> unpack(const Placement& packed, std::vector<std::byte>& out);
};

}  // namespace pidometer
