#include "tsk_reader/evidence.h"

#include "tsk_reader/container/block_source_open.h"
#include "tsk_reader/evidence/archive_evidence.h"
#include "tsk_reader/evidence/image_evidence.h"
#include "tsk_reader/evidence/loose_evidence.h"
#include "tsk_reader/evidence/root_evidence.h"

namespace pidometer {

Result<std::unique_ptr<Evidence>> open_evidence(const InputGroup& group) {
  switch (group.kind) {
    case InputKind::log:
      return open_loose_log(group);
    case InputKind::folder:
      return open_loose_folder(group);
    case InputKind::root:
      return open_root_evidence(group);
    case InputKind::archive:
      return open_archive_evidence(group);
    case InputKind::automatic:
    case InputKind::image:
      break;
  }
  InputReport report;
  report.name = group.name;
  report.warnings = group.warnings;
  Result<std::unique_ptr<BlockSource>> source = open_block_source(group, report);
  if (!source) return tl::unexpected(source.error());
  return open_image_evidence(std::move(*source), std::move(report));
}

}  // namespace pidometer
