// A physical volume: label, metadata areas, text, and the volumes made of it. The input is the
// volume's first bytes; what it says of extents is read from zeros behind them. With '!' as the
// first byte the rest is a metadata text alone, so that the fuzzer need not find checksums.
#include <cstdint>
#include <string>

#include "tests/support/memory_source.h"
#include "tsk_reader/volume/lvm/lvm_volumes.h"

namespace {

using namespace pidometer;

void read_volumes(const LvmPhysicalVolume& pv, BlockSource& source) {
  // The same one twice, as two images of it, and one more that keeps no metadata.
  std::vector<LvmMember> members(3);
  for (std::size_t i = 0; i < 2; ++i)
    members[i] = {pv, &source, i == 0 ? "p1" : "p1 of b.raw", i, 1 << 20, i};
  members[2] = {LvmPhysicalVolume(), &source, "p2", 0, 2 << 20, 2};
  members[2].pv.uuid = std::string(32, 'b');
  for (const LvmGroup& group : group_physical_volumes(members)) {
    const LvmVolumes made = make_logical_volumes(group);
    for (const Volume& volume : made.volumes) {
      if (!volume.source) continue;
      std::vector<std::byte> bytes(10000);
      for (const std::uint64_t at : {std::uint64_t{0}, volume.size / 2, volume.size - 1}) {
        static_cast<void>(volume.source->read_at(at, bytes));
        static_cast<void>(volume.source->damage({at, at + bytes.size()}));
      }
      static_cast<void>(volume.source->path_spec());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!bytes.empty() && bytes[0] == '!') {
    std::string error;
    const auto text = parse_lvm_text(std::string_view(bytes).substr(1), error);
    auto group = text ? read_volume_group(*text, error) : std::nullopt;
    if (!group) return 0;
    LvmPhysicalVolume pv;
    pv.uuid = group->pvs.empty() ? std::string(32, 'a') : group->pvs[0].uuid;
    pv.copies.push_back({std::make_shared<LvmVolumeGroup>(std::move(*group)), true});
    MemorySource source{std::string(1 << 16, 'x')};
    read_volumes(pv, source);
    return 0;
  }
  MemorySource source(std::move(bytes));
  StructureReader reader(source);
  if (const auto pv = read_lvm_physical_volume(reader); pv && pv->group() != nullptr)
    read_volumes(*pv, source);
  return 0;
}
