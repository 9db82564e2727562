// The parent's side of the protocol: any bytes as what a reader process wrote to its pipe.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tsk_reader/process/channel.h"
#include "tsk_reader/process/messages.h"
#include "tsk_reader/process/step_page.h"

using namespace pidometer;

namespace {

/// What was read is what is written again: nothing is read that has no form.
template <typename Value>
void read_and_write(std::string_view bytes) {
  std::optional<Value> value = from_wire<Value>(bytes);
  if (value && to_wire(std::move(*value)).size() != bytes.size()) std::abort();
}

/// Takes a message as a session does.
void take(const Message& message, std::vector<DamagedRange>& damage) {
  read_and_write<Reply>(message.head);
  std::optional<Reply> reply = from_wire<Reply>(message.head);
  if (!reply) return;
  if (ReadReply* const read = std::get_if<ReadReply>(&*reply))
    if (!apply(std::move(read->damage), damage)) return;
  std::uint64_t end = 0;
  for (const DamagedRange& one : damage) {
    if (one.range.begin < end || one.range.end < one.range.begin) std::abort();
    end = one.range.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<DamagedRange> damage;
  MessageAssembler assembler;
  // As pieces of uneven length arrive.
  for (std::size_t at = 0, piece = 1; at < size; piece = piece * 3 % 1021) {
    const auto room = assembler.room();
    const std::size_t count = std::min({room.size(), size - at, piece});
    std::memcpy(room.data(), data + at, count);
    at += count;
    const auto state = assembler.took(count);
    if (state == MessageAssembler::State::broken) break;
    if (state == MessageAssembler::State::complete) take(assembler.take(), damage);
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_and_write<Reply>(bytes);
  read_and_write<Request>(bytes);
  StepPage page;
  if (page.bytes() != nullptr) {
    std::memcpy(page.bytes(), data, std::min(size, StepPage::kBytes));
    const StepSeen seen = page.seen();
    if (seen.words().size() > StepPage::kBytes) std::abort();
  }
  return 0;
}
