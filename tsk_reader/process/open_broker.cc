#include "tsk_reader/process/open_broker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tsk_reader/process/descriptor_packet.h"

namespace pidometer {
namespace {

bool send_answer(int socket, const OpenedFile& opened) {
  const std::int32_t error = opened.error;
  return send_packet(
      socket, std::as_bytes(std::span(&error, 1)),
      std::span(&opened.descriptor, opened.descriptor >= 0 ? std::size_t{1} : std::size_t{0}),
      MSG_DONTWAIT);
}

}  // namespace

OpenBroker::OpenBroker(OpenPolicy policy, int socket)
    : policy_(std::move(policy)), socket_(socket) {}

OpenBroker::~OpenBroker() {
  for (const int descriptor : scratch_) ::close(descriptor);
  if (socket_ >= 0) ::close(socket_);
}

bool OpenBroker::serve() {
  OpenQuestion question;
  const ssize_t got = ::recv(socket_, &question, sizeof question, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  constexpr std::size_t kFixed = offsetof(OpenQuestion, path);
  if (static_cast<std::size_t>(got) < kFixed ||
      question.length != static_cast<std::size_t>(got) - kFixed)
    return false;
  const OpenedFile opened = answer(question);
  const bool sent = send_answer(socket_, opened);
  if (opened.descriptor >= 0) ::close(opened.descriptor);
  return sent;
}

OpenedFile OpenBroker::answer(const OpenQuestion& question) {
  const std::string_view path(question.path.data(), question.length);
  if (path.find('\0') != std::string_view::npos) return {-1, EINVAL};
  if ((question.flags & O_TMPFILE) == O_TMPFILE) return scratch();
  return policy_.open(path, question.flags);
}

/// A file without a name, wherever the reader thought it should lie: in $TMPDIR or /tmp.
OpenedFile OpenBroker::scratch() {
  std::uint64_t held = 0;
  for (const int descriptor : scratch_) {
    struct stat info {};
    if (::fstat(descriptor, &info) == 0) held += static_cast<std::uint64_t>(info.st_blocks) * 512;
  }
  if (held >= kMostScratch || scratch_.size() >= kMostScratchFiles) return {-1, ENOSPC};
  const char* const folder = std::getenv("TMPDIR");
  std::string name =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/pidometer.XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return {-1, errno};
  ::unlink(name.c_str());
  const int kept = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (kept < 0) {
    const int error = errno;
    ::close(descriptor);
    return {-1, error};
  }
  scratch_.push_back(kept);
  return {descriptor, 0};
}

}  // namespace pidometer
