#pragma once

namespace pidometer {

/// From now on SIGINT and SIGTERM only set a mark, so that files half written are removed; a second
/// one ends the program at once.
void catch_interrupts();

bool interrupted();

}  // namespace pidometer
