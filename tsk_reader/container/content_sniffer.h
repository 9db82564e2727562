#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {

/// What a file's bytes say that it is. Names count only where an E01's header is destroyed.
enum class Content {
  empty,
  ewf,              ///< an E01 segment, its file header perhaps damaged
  ewf_destroyed,    ///< an E01 by its name, and nothing of one in its bytes
  other_container,  ///< a disk image of a kind that is not read: qcow2, VMDK, Ex01, ...
  archive,          ///< tar, packed or not, zip, 7z, cpio
  disk,             ///< a boot sector, a partition table or a filesystem
  packed_disk,      ///< a compressed file that holds no text
  log,              ///< text, or packed text
  foreign,          ///< known, and no evidence: a PNG, a program
  unknown,          ///< bytes without a mark
};

struct Sniffed {
  Content content = Content::unknown;
  std::string what;  ///< in words for a message: "a PNG picture", "a qcow2 image"; may be empty
};

/// Looks at the beginning, and for text at the middle and the end too: a log that a crash tore may
/// begin with NULs. Never fails; unreadable bytes count as zeros.
Sniffed sniff_content(OsFile& file, const std::filesystem::path& name);

/// Why a file of that content is no input, and what to do; absent for an E01, a disk, an archive
/// and a log.
std::optional<Error> content_error(const Sniffed& sniffed, const std::string& name);

}  // namespace pidometer
