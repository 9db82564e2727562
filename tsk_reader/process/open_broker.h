#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsk_reader/process/open_policy.h"

namespace pidometer {

/// What a reader process asks by its socket: one packet, answered by one packet of an errno and,
/// where that is 0, a descriptor (SCM_RIGHTS).
struct OpenQuestion {
  static constexpr std::size_t kMostPath = 4096;  ///< PATH_MAX

  std::int32_t flags = 0;
  std::uint32_t length = 0;
  std::array<char, kMostPath> path;  ///< `length` bytes, without a NUL
};

/// Opens files for a reader process, that may open none itself.
class OpenBroker {
 public:
  /// Bytes that all scratch files of one reader may hold together. A few times the largest log.
  static constexpr std::uint64_t kMostScratch = std::uint64_t{8} << 30;
  /// Of one reader; each costs a descriptor here.
  static constexpr std::size_t kMostScratchFiles = 256;

  /// Owns `socket`.
  OpenBroker(OpenPolicy policy, int socket);
  OpenBroker(const OpenBroker&) = delete;
  OpenBroker& operator=(const OpenBroker&) = delete;
  ~OpenBroker();

  int socket() const { return socket_; }
  const OpenPolicy& policy() const { return policy_; }

  /// Answers one question, if one is there. False where the other side is gone or asks nonsense.
  bool serve();

 private:
  OpenedFile answer(const OpenQuestion& question);
  OpenedFile scratch();

  OpenPolicy policy_;
  int socket_;
  std::vector<int> scratch_;  ///< duplicates, to know how large they are
};

}  // namespace pidometer
