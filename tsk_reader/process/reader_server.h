#pragma once

#include <functional>
#include <memory>

#include "tsk_reader/evidence.h"
#include "tsk_reader/process/confine.h"
#include "tsk_reader/process/messages.h"
#include "tsk_reader/process/step_page.h"

namespace pidometer {

/// How a reader process opens its evidence; tests open one of their own.
using OpenHere =
    std::function<Result<std::unique_ptr<Evidence>>(const OpenRequest& request, StepNote& steps)>;

/// The reader's side of the protocol: answers requests until the other side is gone or asks
/// something that cannot be.
void serve_requests(const ReaderDescriptors& own, PageStepNote& steps, const OpenHere& open_here);

}  // namespace pidometer
