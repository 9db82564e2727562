#pragma once

#include <memory>

#include "tsk_reader/evidence.h"
#include "tsk_reader/process/step.h"

namespace pidometer {

/// A log file that lies loose on the examiner's system. Errors: it cannot be opened.
Result<std::unique_ptr<Evidence>> open_loose_log(const InputGroup& group,
                                                 StepNote& steps = no_step_note());

/// A folder of log files and the folders below it; symbolic links are not followed, since those of
/// a copied tree may point into the examiner's own system. Images in it are named in a warning.
Result<std::unique_ptr<Evidence>> open_loose_folder(const InputGroup& group,
                                                    StepNote& steps = no_step_note());

}  // namespace pidometer
