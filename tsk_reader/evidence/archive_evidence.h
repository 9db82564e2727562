#pragma once

#include <memory>

#include "tsk_reader/evidence.h"
#include "tsk_reader/file_system/archive/archive_limits.h"
#include "tsk_reader/process/step.h"

namespace pidometer {

/// An archive as responders collect them: each folder of it that was the root of a host (UAC's
/// `[root]`, Velociraptor's `uploads/auto`, Dissect's `fs/$rootfs$`, a sosreport's own folder, or
/// the archive itself) is a volume with its own host facts. Errors: it cannot be opened, or is no
/// archive.
Result<std::unique_ptr<Evidence>> open_archive_evidence(const InputGroup& group, StepNote& steps,
                                                        const ArchiveLimits& limits = {});

}  // namespace pidometer
