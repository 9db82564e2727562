#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// A log that a host gave by its bytes.
struct FedLog {
  std::string name;  ///< its path on its own host, or whatever the caller knows it by
  std::optional<Timestamp> modified;
  std::string bytes;  ///< decoded
};

/// What a file is that begins so and is no text, "gzip" or "a systemd journal"; empty where nothing
/// known is. The bytes of evidence are unpacked by the reader process and by nobody else, so fed
/// ones cannot be.
std::string_view unfit_form(std::string_view head);

/// Logs in memory as loose evidence: one folder for each folder of their names. What is packed is
/// left out with a warning. The logs are shared with all files found.
std::unique_ptr<Evidence> make_fed_evidence(std::shared_ptr<const std::vector<FedLog>> logs);

/// The name that it has as an input.
inline constexpr std::string_view kFedInput = "fed logs";

}  // namespace pidometer
