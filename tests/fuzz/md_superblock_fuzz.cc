// Members of md arrays: the input is the member; it is also given as a second member, and the array
// that the two make is read.
#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/support/memory_source.h"
#include "tsk_reader/volume/md/md_arrays.h"
#include "tsk_reader/volume/whole_disk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!bytes.empty() && bytes[0] == '\1') {
    // A superblock 0.90 alone: 64 KiB before the end of a member that is large enough to have one.
    std::string member(192 * 1024, 'x');
    const std::size_t length = std::min<std::size_t>(bytes.size() - 1, 4096);
    member.replace(128 * 1024, length, bytes, 1, length);
    bytes = std::move(member);
  }
  MemorySource first(bytes, {{{4096, 5000}, "a test"}});
  MemorySource second(bytes);
  std::vector<MdMember> members;
  for (MemorySource* source : {&first, &second}) {
    StructureReader reader(*source);
    auto super = read_md_superblock(reader);
    if (!super) return 0;
    if (!members.empty()) super->member_id += "x";
    members.push_back({std::move(*super), source, "p1", members.size(), 0, members.size()});
  }
  for (const MdArray& array : group_md_members(members)) {
    static_cast<void>(array.description());
    for (const MdMember* one : array.members) static_cast<void>(array.member_words(*one));
    if (array.legs.empty()) continue;
    const auto mirror = make_md_mirror(array);
    std::vector<std::byte> out(10000);
    for (const std::uint64_t at : {std::uint64_t{0}, mirror->size() / 2, mirror->size() - 1}) {
      static_cast<void>(mirror->read_at(at, out));
      static_cast<void>(mirror->damage({at, at + out.size()}));
    }
    static_cast<void>(mirror->path_spec());
  }
  return 0;
}
