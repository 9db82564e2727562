#pragma once

#include <optional>
#include <string>

#include "base/log_file.h"

namespace pidometer {

/// Spelled as in `pidometer:warning:<kind>` and in the summary.
enum class WarningKind {
  damaged_log,       ///< bytes of a log are lost; the records around are dated
  damaged_image,     ///< bytes of an image are lost; no log is known to be hit
  unparsed_line,     ///< a line that no dialect takes
  truncated_stream,  ///< a compressed rotation ends too early
  year_uncertain,    ///< a line's year or zone could be another
  unsupported,       ///< a volume or container that pidometer names and does not read
  skipped_file,      ///< a file that should hold a log could not be opened
  unread_state,      ///< an older state of a disk, kept in its image, that is named and not read
  duplicate_input,   ///< an input, or a part of one, was given more than once
  unused_known,      ///< known work of a host of which no log was read
  wrong_pid_max,     ///< the user's pid_max is smaller than PIDs of a log
  reader_died,  ///< the process that read the evidence ended or stalled; what it was at is lost
};

/// Something that a reader of the findings has to know; never an accusation. Counted in the
/// summary.
struct Warning {
  WarningKind kind = WarningKind::unparsed_line;
  std::string message;             ///< one sentence, lower case, no final stop
  std::string image;               ///< as given on the command line; may be empty
  std::string volume;              ///< `p2`, `whole`; may be empty
  std::string path;                ///< on the volume; may be empty
  std::optional<ByteRange> range;  ///< in the file where `path` is set, else in the image
  std::uint32_t line = 0;          ///< from 1; 0 where it does not apply
};

}  // namespace pidometer
