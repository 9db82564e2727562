#pragma once

#include <cstdint>

#include "tsk_reader/process/messages.h"

namespace pidometer {

/// Memory that a reader may take beside what the program has already. libtsk and libext2fs stay
/// below 100 MB on every honest image that was tried; the tables of an E01 of 10 TB take 640 MB.
inline constexpr std::uint64_t kReaderMemory = std::uint64_t{1} << 30;

/// Sanitizers reserve terabytes of addresses and report on standard error.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(undefined_behavior_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

/// The descriptors of a reader process.
struct ReaderDescriptors {
  int requests = -1;  ///< a socket
  int replies = -1;   ///< a pipe
  int broker = -1;    ///< a socket of packets
};

/// Makes this process, which was just forked, a reader: signals as at the start of a program, none
/// of the parent's files but `own` (moved to 3, 4 and 5), limits, no new rights, no system calls
/// but those of syscall_filter.h. Says what could be had.
Hello confine(ReaderDescriptors& own, int parent_pid, bool parent_is_main_thread);

}  // namespace pidometer
