#pragma once

namespace pidometer {

/// From now on SIGINT, SIGTERM and SIGHUP only set a mark, and SIGPIPE is an error of writing, so
/// that files half written are removed; a second one ends the program at once.
void catch_interrupts();

bool interrupted();

}  // namespace pidometer
