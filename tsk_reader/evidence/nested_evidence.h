#pragma once

#include <span>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/file_system/archive/archive_index.h"

namespace pidometer {

/// Archives and disk images in an archive, by their names' ends: they are named, not opened (an
/// archive in an archive is how bombs are made, and an image has to be read with seeking). Only
/// outside of the hosts' trees: what lies inside is a file of the host, as in an image. The first
/// few one by one, the rest as a number.
std::vector<Warning> nested_evidence(const ArchiveIndex& index,
                                     std::span<const ArchiveIndex::Node> trees);

}  // namespace pidometer
