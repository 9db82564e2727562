#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/log_file.h"

namespace pidometer {

/// SHA-256 of bytes given in pieces (libcrypto, which uses the processor's SHA instructions).
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(std::span<const std::byte> bytes);

  /// Lower-case hex. Once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Passes `stored` through and calls `done` once with the hash of all its bytes when it was read to
/// its end. Skipped bytes are read: a hash has no gaps.
std::unique_ptr<ByteStream> hash_while_reading(std::unique_ptr<ByteStream> stored,
                                               std::function<void(std::string)> done);

}  // namespace pidometer
