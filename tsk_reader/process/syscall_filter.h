#pragma once

namespace pidometer {

/// Takes all rights from this process but to read what is open, to write to what is open for
/// writing, to have memory, and to ask for files by the trap (open_trap.h). Not to be undone.
/// False where the kernel or a surrounding sandbox refuses filters.
bool load_syscall_filter();

}  // namespace pidometer
