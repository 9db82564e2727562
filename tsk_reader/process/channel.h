#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/process/messages.h"

namespace pidometer {

/// One message as it came: a Request or Reply in wire form, and the bytes of a log behind it.
struct Message {
  std::string head;
  std::vector<std::byte> tail;
};

/// What stands before each message: how many bytes follow.
struct FrameHeader {
  std::uint32_t head = 0;
  std::uint32_t tail = 0;

  bool plausible() const { return head > 0 && head <= kMostMessage && tail <= kMostRead; }
};

/// Writes a message to a socket or pipe; waits for room. False where nobody reads any more, and
/// for a message that is longer than its reader takes. A socket raises no SIGPIPE.
bool send_message(int descriptor, std::string_view head, std::span<const std::byte> tail = {});

/// Waits for a whole message. Nothing at the end of the stream or for what is no message.
std::optional<Message> receive_message(int descriptor);

/// Puts a message together from the pieces in which it arrives.
class MessageAssembler {
 public:
  enum class State { incomplete, complete, broken };

  /// Where the next bytes go; never empty while incomplete.
  std::span<std::byte> room();
  State took(std::size_t count);
  /// The complete message; a new one begins. `reuse` gives its memory.
  Message take(Message reuse = {});

 private:
  FrameHeader header_;
  std::size_t filled_ = 0;  ///< of header, head and tail together
  Message message_;
};

}  // namespace pidometer
