#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

bool StructureReader::read_at(std::uint64_t offset, std::span<std::byte> out) {
  ++reads_;
  if (!source_.read_at(offset, out)) return false;
  const auto met = source_.damage({offset, offset + out.size()});
  if (!met.empty()) ++damaged_reads_;
  for (const DamagedRange& one : met) damage_.add(one.range, one.reason);
  return true;
}

}  // namespace pidometer
