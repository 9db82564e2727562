#pragma once

#include <filesystem>
#include <memory>

#include "tsk_reader/evidence.h"
#include "tsk_reader/process/step.h"

namespace pidometer {

/// A folder that is the root of a system: mounted, or copied out. Read as a volume of an image is,
/// with one volume `root`. Errors: it cannot be opened.
Result<std::unique_ptr<Evidence>> open_root_evidence(const InputGroup& group, StepNote& steps);

/// Whether a folder plainly is a system's tree: it has `etc` and `var/log`, both folders of its own
/// (a symlink may lead into the examiner's system).
bool is_system_tree(const std::filesystem::path& folder);

}  // namespace pidometer
