#include "tsk_reader/process/reader_child.h"

#include <unistd.h>

#include <new>

#include "tsk_reader/process/channel.h"

namespace pidometer {

void run_reader(ReaderDescriptors own, StepPage& page, int parent_pid, bool parent_is_main_thread,
                const ReaderBody& body) {
  int status = kStatusException;
  try {
    const Hello hello = confine(own, parent_pid, parent_is_main_thread);
    PageStepNote steps(page);
    if (send_message(own.replies, to_wire<Reply>(hello))) body(own, steps);
    status = 0;
  } catch (const std::bad_alloc&) {
    status = kStatusOutOfMemory;
  } catch (...) {
    status = kStatusException;
  }
  ::_exit(status);
}

}  // namespace pidometer
