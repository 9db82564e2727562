#pragma once

namespace pidometer {

/// Catches SIGSYS, which the filter raises in place of open and openat, and asks the broker at the
/// other end of `socket` for the descriptor: code that opens files goes on as if it could. Called
/// once, in the reader process. False where the handler cannot be set.
bool trap_opens(int socket);

}  // namespace pidometer
