#pragma once

#include <memory>

#include "base/log_file.h"

namespace pidometer {

/// The text of a binary journal, one line an entry (journal_line(), JournalText), in the order in
/// which they lie in the file. `stored` stands at its beginning and is read to its end before the
/// first line comes; it is kept in memory up to 32 MiB, beyond that in a scratch file.
///
/// Damage is what is known to be missing: entries that cannot be read, stretches without an intact
/// object where the header counts more entries than there are, an end that is cut off.
std::unique_ptr<ByteStream> journal_as_text(std::unique_ptr<ByteStream> stored);

}  // namespace pidometer
