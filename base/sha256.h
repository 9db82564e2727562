#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pidometer {

using Sha256Digest = std::array<unsigned char, 32>;

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

Sha256Digest sha256_of(std::string_view bytes);

}  // namespace pidometer
