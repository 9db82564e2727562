#pragma once

#include <memory>

#include "tsk_reader/process/reader_session.h"

namespace pidometer {

/// Evidence that is read by another process. Files and streams keep the session alive.
std::unique_ptr<Evidence> make_remote_evidence(std::shared_ptr<ReaderSession> session);

}  // namespace pidometer
