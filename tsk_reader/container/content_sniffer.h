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
  qcow2,            ///< a virtual disk of that format, as those that follow
  vmdk,             ///< a sparse extent, perhaps with its descriptor inside
  vmdk_descriptor,  ///< text that names the extents of a VMDK
  vhd,              ///< fixed, dynamic or differencing
  vhdx,             ///< likewise
  other_container,  ///< a disk image of a kind that is not read: Ex01, AFF4, VDI, ...
  archive,          ///< tar, packed or not, zip, 7z, cpio
  disk,             ///< a boot sector, a partition table or a filesystem
  packed_disk,      ///< a compressed file that holds no text
  ddrescue_map,     ///< says which bytes of a raw image were read
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

/// Whether it is one that image_chain.h opens.
bool is_virtual_disk(Content content);

/// Why a file of that content is no input, and what to do; absent for an E01, a virtual
/// disk, a disk, a map, an archive and a log.
std::optional<Error> content_error(const Sniffed& sniffed, const std::string& name);

}  // namespace pidometer
