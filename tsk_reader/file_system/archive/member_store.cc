#include "tsk_reader/file_system/archive/member_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace pidometer {
namespace {

/// /var/tmp is meant for what is large (hier(7)); /tmp is memory on many systems.
constexpr std::array kScratchFolders = {"/var/tmp", "/tmp"};

}  // namespace

MemberStore::~MemberStore() {
  if (scratch_ >= 0) ::close(scratch_);
}

Result<std::uint64_t> MemberStore::append(std::span<const std::byte> bytes) {
  if (memory_.size() + bytes.size() > limits_.memory) {
    if (Result<void> spilled = spill(); !spilled) return tl::unexpected(spilled.error());
  }
  const std::uint64_t at = size();
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return at;
}

/// Moves the memory to the scratch file. Without one the memory may grow a little further.
Result<void> MemberStore::spill() {
  if (scratch_ < 0 && no_scratch_.empty()) {
    for (const char* folder : kScratchFolders) {
      scratch_ = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
      if (scratch_ >= 0) break;
      no_scratch_ = std::generic_category().message(errno);
    }
    if (scratch_ >= 0) no_scratch_.clear();
  }
  if (scratch_ < 0) {
    if (memory_.size() < limits_.memory_without_scratch) return {};
    return fail(ErrorKind::output, "no scratch file for what is unpacked", no_scratch_);
  }
  for (std::size_t done = 0; done < memory_.size();) {
    const ssize_t wrote = ::pwrite(scratch_, memory_.data() + done, memory_.size() - done,
                                   static_cast<off_t>(spilled_ + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0)
      return fail(ErrorKind::output, "the scratch file cannot be written",
                  std::generic_category().message(errno));
    done += static_cast<std::size_t>(wrote);
  }
  spilled_ += memory_.size();
  memory_.clear();
  return {};
}

Result<void> MemberStore::read_at(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::uint64_t at = offset + filled;
    if (at >= spilled_) {
      const std::uint64_t inside = at - spilled_;
      const std::uint64_t have = inside < memory_.size() ? memory_.size() - inside : 0;
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(have, out.size() - filled));
      std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(inside), count,
                  out.begin() + static_cast<std::ptrdiff_t>(filled));
      filled += count;
      if (filled < out.size())
        return fail(ErrorKind::unreadable, "the scratch file ends before its member");
      break;
    }
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(spilled_ - at, out.size() - filled));
    const ssize_t got = ::pread(scratch_, out.data() + filled, want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      return fail(ErrorKind::unreadable, "the scratch file cannot be read",
                  std::generic_category().message(errno));
    filled += static_cast<std::size_t>(got);
  }
  return {};
}

}  // namespace pidometer
