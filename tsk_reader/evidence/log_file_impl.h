#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log_file.h"
#include "tsk_reader/process/step.h"

namespace pidometer {

/// Opens the stored bytes of one file, from offset 0; called for every open of the file.
using OpenStored = std::function<Result<std::unique_ptr<ByteStream>>()>;

/// A LogFile over any way to its stored bytes: for StreamForm::decoded it unpacks by magic, and a
/// binary journal of systemd, packed or not, becomes lines of text (journal_as_text()). Hashes the
/// stored bytes the first time they are read to their end (in either form; what follows the
/// compressed data is read too) and never again. Reads the first bytes at once to know the
/// compression: for a compressed file a GZIP or COMPRESSED_STREAM layer is put in front of
/// `entry.path_spec`, and a gzip header's time becomes `entry.packed`. Where that first look fails
/// the error comes from open().
std::unique_ptr<LogFile> make_log_file(FileEntry entry, OpenStored open_stored);

/// `open` with its step noted for whoever watches the reader; an Error where the file is to be left
/// out. `steps` must outlive it.
OpenStored with_step(StepNote& steps, std::string volume, std::string path, OpenStored open);

}  // namespace pidometer
