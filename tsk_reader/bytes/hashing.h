#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log_file.h"

namespace pidometer {

/// Passes `stored` through and calls `done` once with the hash of all its bytes when it was read to
/// its end. Skipped bytes are read: a hash has no gaps.
std::unique_ptr<ByteStream> hash_while_reading(std::unique_ptr<ByteStream> stored,
                                               std::function<void(std::string)> done);

}  // namespace pidometer
