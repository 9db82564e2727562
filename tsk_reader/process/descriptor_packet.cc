#include "tsk_reader/process/descriptor_packet.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pidometer {
namespace {

union Control {
  cmsghdr header;  // for its alignment
  std::array<char, CMSG_SPACE(kPassedDescriptors * sizeof(int))> bytes{};
};

}  // namespace

bool send_packet(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors,
                 int flags) {
  iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
  Control control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

ssize_t receive_packet(int socket, std::span<std::byte> bytes,
                       std::array<int, kPassedDescriptors>& descriptors, int flags) {
  descriptors.fill(-1);
  iovec piece{bytes.data(), bytes.size()};
  Control control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do got = ::recvmsg(socket, &message, flags);
  while (got < 0 && errno == EINTR);
  const cmsghdr* const rights = got < 0 ? nullptr : CMSG_FIRSTHDR(&message);
  if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS)
    std::memcpy(descriptors.data(), CMSG_DATA(rights),
                std::min(sizeof descriptors, rights->cmsg_len - CMSG_LEN(0)));
  return got;
}

}  // namespace pidometer
