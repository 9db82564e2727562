#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// Appends the names of one block of a directory (struct ext4_dir_entry_2), kMaxDirectoryEntries in
/// all at most. False where the chain of records breaks: what came before it stands.
bool parse_ext_directory_block(std::span<const std::byte> block, std::vector<DirectoryEntry>& out);

}  // namespace pidometer
