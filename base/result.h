#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace pidometer {

/// What went wrong with an object of the outside world. Bad evidence is no Error but a Warning; a
/// bug is an assert.
enum class ErrorKind {
  not_found,     ///< no such file, folder or volume
  unreadable,    ///< it is there, but the system or a library refuses to read it
  not_evidence,  ///< readable, but neither an image nor a log: a PNG, an empty file
  unsupported,   ///< recognised, and named as something that pidometer does not read
  usage,         ///< the options contradict one another or the input
  output,        ///< rows or extracted files cannot be written
};

/// An error a person can act on: `message` names the object, `reason` says why, `help` what to do.
/// Lower case, no final stop. `reason` and `help` may be empty.
struct Error {
  ErrorKind kind = ErrorKind::unreadable;
  std::string message;
  std::string reason;
  std::string help;
};

template <typename T>
using Result = tl::expected<T, Error>;

/// The failing half of a Result.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string reason = {},
                                  std::string help = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(reason), std::move(help)});
}

}  // namespace pidometer
