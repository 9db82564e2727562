#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/timestamp.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {

/// What a zip's central directory says of one name.
struct ZipDirectoryEntry {
  std::optional<Timestamp> modified;
  bool local_time = false;  ///< only the DOS time is there: a wall clock, taken as UTC
  std::uint32_t count = 0;  ///< how many entries have the name
};

/// The central directory of a zip, read for what libarchive does not tell: whether a time is an
/// instant (extra fields 0x5455, 0x5855, 0x000a) or the DOS time, which has no zone and which
/// libarchive takes to be in the examiner's; and which names stand there (libarchive takes those of
/// the local headers). Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5;
/// Info-ZIP's extrafld.txt.
using ZipDirectory = std::map<std::string, ZipDirectoryEntry>;

/// The key of a name: with slashes for backslashes.
std::string zip_directory_key(std::string name);

/// Nothing where there is no central directory that can be read to its end: the zip is truncated.
std::optional<ZipDirectory> read_zip_directory(OsFile& file, std::size_t most_entries);

/// The times of the local header that begins at `offset` or a few bytes further on (behind a data
/// descriptor), for a zip without a central directory. Nothing where there is none.
std::optional<ZipDirectoryEntry> read_zip_local_time(OsFile& file, std::uint64_t offset);

}  // namespace pidometer
