#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {

/// A map of GNU ddrescue (manual, "Mapfile structure"; earlier versions say logfile): which bytes
/// of the disk were read into the image.
struct DdrescueMap {
  DamageList unread;      ///< everything but finished blocks, with the reason
  std::uint64_t end = 0;  ///< where its last block ends, in bytes
  std::string command;    ///< ddrescue's command line, as a comment says it; may be empty
  std::string problem;    ///< where it stops making sense; empty where it does not

  /// Whether positions in the image are others than on the disk, by the command line.
  bool shifted() const;
};

/// A longer map has more bad places than two million; the rest counts as not read.
inline constexpr std::uint64_t kLargestDdrescueMap = std::uint64_t{64} << 20;

/// Whether the first bytes of a file are the first line of a map.
bool is_ddrescue_map(std::string_view head);

/// `text` is a map by is_ddrescue_map(). From the first line on that makes no sense, or where the
/// text is cut off, everything up to `image_size` counts as not read: the map no longer says that
/// it was.
DdrescueMap parse_ddrescue_map(std::string_view text, std::uint64_t image_size);

/// As above, of a file; nothing where it is no map.
std::optional<DdrescueMap> read_ddrescue_map(OsFile& file, std::uint64_t image_size);

}  // namespace pidometer
