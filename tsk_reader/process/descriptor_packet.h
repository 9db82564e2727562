#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <span>

namespace pidometer {

/// Descriptors that one packet passes at most.
inline constexpr std::size_t kPassedDescriptors = 4;

/// Sends bytes as one packet, and copies of descriptors with it (SCM_RIGHTS). `flags` as those of
/// sendmsg(2). False where not all of it went.
bool send_packet(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors,
                 int flags);

/// Receives one packet; descriptors that did not come are -1: none were sent, or this process has
/// as many open files as it may. `flags` as those of recvmsg(2). Bytes that came, 0 at the end of
/// the socket, below 0 with errno. May be called by a signal handler.
ssize_t receive_packet(int socket, std::span<std::byte> bytes,
                       std::array<int, kPassedDescriptors>& descriptors, int flags);

}  // namespace pidometer
