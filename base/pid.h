#pragma once

#include <cstdint>

namespace pidometer {

/// A process (or thread) id as the kernel hands it out: 1 to kMaxPid.
using Pid = std::uint32_t;

/// PID_MAX_LIMIT of a 64-bit Linux (include/linux/threads.h): the largest pid_max that can be set
/// is 4194304.
inline constexpr Pid kMaxPid = 4194304;

/// RESERVED_PIDS of Linux (kernel/pid.c): after a wrap the counter goes on from here, not from 1.
inline constexpr Pid kReservedPids = 300;

}  // namespace pidometer
