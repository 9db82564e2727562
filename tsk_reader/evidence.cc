#include "tsk_reader/evidence.h"

#include "tsk_reader/container/block_source_open.h"
#include "tsk_reader/evidence/archive_evidence.h"
#include "tsk_reader/evidence/image_evidence.h"
#include "tsk_reader/evidence/loose_evidence.h"
#include "tsk_reader/evidence/root_evidence.h"
#include "tsk_reader/process/step.h"

namespace pidometer {
namespace {

GivenImages given_images(const InputGroup& group, std::span<const InputGroup> given) {
  GivenImages images;
  bool found = false;
  for (const InputGroup& one : given) {
    if (one.kind != InputKind::automatic && one.kind != InputKind::image) continue;
    if (!found && one.segments == group.segments) {
      images.own = images.images.size();
      found = true;
    }
    images.images.push_back({one.name, [one] {
                               InputReport report;  // its own opening tells what is in it
                               report.name = one.name;
                               return open_block_source(one, report);
                             }});
  }
  return found ? images : GivenImages();
}

}  // namespace

std::vector<LogFolder> Evidence::find_files(std::span<const std::string_view>,
                                            std::span<const std::string_view>) {
  return {};
}

std::vector<LogFolder> Evidence::find_deleted(std::span<const std::string_view>,
                                              std::span<const std::string_view>) {
  return {};
}

Result<std::unique_ptr<Evidence>> open_evidence_here(const InputGroup& group,
                                                     std::span<const InputGroup> given,
                                                     StepNote* steps) {
  if (steps == nullptr) steps = &no_step_note();
  switch (group.kind) {
    case InputKind::log:
      return open_loose_log(group, *steps);
    case InputKind::folder:
      return open_loose_folder(group, *steps);
    case InputKind::root:
      return open_root_evidence(group, *steps);
    case InputKind::archive:
      return open_archive_evidence(group, *steps);
    case InputKind::automatic:
    case InputKind::image:
      break;
  }
  steps->at(Step::image, {}, {});
  InputReport report;
  report.name = group.name;
  report.warnings = group.warnings;
  Result<std::unique_ptr<BlockSource>> source = open_block_source(group, report);
  if (!source) return tl::unexpected(source.error());
  return open_image_evidence(std::move(*source), std::move(report), given_images(group, given),
                             steps);
}

}  // namespace pidometer
