#pragma once

#include <ext2fs/ext2fs.h>

#include <string>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A structure was read and its checksum is wrong.
inline bool is_checksum_failure(errcode_t code) {
  return code == EXT2_ET_INODE_CSUM_INVALID || code == EXT2_ET_EXTENT_CSUM_INVALID ||
         code == EXT2_ET_DIR_CSUM_INVALID || code == EXT2_ET_EXT_ATTR_CSUM_INVALID ||
         code == EXT2_ET_SB_CSUM_INVALID;
}

inline std::string reason_of(errcode_t code) {
  initialize_ext2_error_table();  // registers the texts; calls after the first do nothing
  return error_message(code);
}

inline NodeKind kind_of(std::uint16_t mode) {
  if (LINUX_S_ISREG(mode)) return NodeKind::file;
  if (LINUX_S_ISDIR(mode)) return NodeKind::directory;
  if (LINUX_S_ISLNK(mode)) return NodeKind::symlink;
  return NodeKind::other;
}

}  // namespace pidometer
