#include "tsk_reader/process/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace pidometer {
namespace {

iovec piece(const void* bytes, std::size_t size) {
  return {const_cast<void*>(bytes), size};
}

/// A socket by sendmsg without a signal, a pipe (whose writer ignores SIGPIPE) by writev.
ssize_t write_some(int descriptor, std::span<iovec> pieces) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  const ssize_t sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::writev(descriptor, pieces.data(), static_cast<int>(pieces.size()));
}

}  // namespace

bool send_message(int descriptor, std::string_view head, std::span<const std::byte> tail) {
  const FrameHeader header{
      static_cast<std::uint32_t>(std::min<std::size_t>(head.size(), UINT32_MAX)),
      static_cast<std::uint32_t>(tail.size())};
  if (!header.plausible()) return false;
  std::array pieces{piece(&header, sizeof header), piece(head.data(), head.size()),
                    piece(tail.data(), tail.size())};
  std::size_t first = 0;
  while (first < pieces.size()) {
    if (pieces[first].iov_len == 0) {
      ++first;
      continue;
    }
    ssize_t sent = write_some(descriptor, std::span(pieces).subspan(first));
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    for (std::size_t i = first; i < pieces.size() && sent > 0; ++i) {
      const std::size_t part = std::min(pieces[i].iov_len, static_cast<std::size_t>(sent));
      pieces[i].iov_base = static_cast<char*>(pieces[i].iov_base) + part;
      pieces[i].iov_len -= part;
      sent -= static_cast<ssize_t>(part);
    }
  }
  return true;
}

std::span<std::byte> MessageAssembler::room() {
  if (filled_ < sizeof header_)
    return std::as_writable_bytes(std::span(&header_, 1)).subspan(filled_);
  const std::size_t at = filled_ - sizeof header_;
  if (at < message_.head.size())
    return std::as_writable_bytes(std::span(message_.head)).subspan(at);
  return std::span(message_.tail).subspan(at - message_.head.size());
}

MessageAssembler::State MessageAssembler::took(std::size_t count) {
  const bool had_header = filled_ >= sizeof header_;
  filled_ += count;
  if (filled_ < sizeof header_) return State::incomplete;
  if (!had_header) {
    if (!header_.plausible()) return State::broken;
    message_.head.resize(header_.head);
    message_.tail.resize(header_.tail);
  }
  const std::size_t all = sizeof header_ + message_.head.size() + message_.tail.size();
  return filled_ == all ? State::complete : State::incomplete;
}

Message MessageAssembler::take(Message reuse) {
  filled_ = 0;
  return std::exchange(message_, std::move(reuse));
}

std::optional<Message> receive_message(int descriptor) {
  MessageAssembler assembler;
  for (;;) {
    const std::span<std::byte> room = assembler.room();
    const ssize_t got = ::read(descriptor, room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    switch (assembler.took(static_cast<std::size_t>(got))) {
      case MessageAssembler::State::incomplete:
        break;
      case MessageAssembler::State::complete:
        return assembler.take();
      case MessageAssembler::State::broken:
        return std::nullopt;
    }
  }
}

}  // namespace pidometer
