#pragma once

#include <memory>

#include "base/log_file.h"

namespace pidometer {

/// The bytes of `range` of an area as a log of its own, which has no time: it is called after where
/// it lay, and after the deleted file whose blocks the area may be. The area must outlive it.
std::unique_ptr<LogFile> make_carved_log(const LogFile& area, ByteRange range);

/// Likewise, a journal of systemd: what is decoded of it are its entries as lines.
std::unique_ptr<LogFile> make_carved_journal(const LogFile& area, ByteRange range);

}  // namespace pidometer
