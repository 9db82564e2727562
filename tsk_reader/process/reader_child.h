#pragma once

#include <functional>

#include "tsk_reader/process/confine.h"
#include "tsk_reader/process/step_page.h"

namespace pidometer {

/// What a reader does, once confined; its process ends when this returns. An exception ends it too,
/// and is told by its status.
using ReaderBody = std::function<void(const ReaderDescriptors& own, PageStepNote& steps)>;
/// One that needs nothing of the memory of whoever wants a reader.
using ReaderMain = void (*)(const ReaderDescriptors& own, PageStepNote& steps);

/// How a reader says why it ended by itself.
inline constexpr int kStatusOutOfMemory = 77;
inline constexpr int kStatusException = 76;

/// The life of a process that was just forked: it is confined, greets and does what `body` says.
/// `parent_pid` is the process that it answers to; see confine().
[[noreturn]] void run_reader(ReaderDescriptors own, StepPage& page, int parent_pid,
                             bool parent_is_main_thread, const ReaderBody& body);

}  // namespace pidometer
