#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pidometer {

/// What a reader is at, in the order of the work.
enum class Step : std::uint8_t {
  none,            ///< waiting for a request
  input,           ///< looking at what an input is; path: the input
  image,           ///< opening the image
  volumes,         ///< looking for volumes
  file_system,     ///< opening the filesystem of a volume
  host_facts,      ///< zone, host name of a volume
  log_search,      ///< looking for logs on a volume
  deleted_search,  ///< looking for deleted logs and free space on a volume
  reading,         ///< reading one file
  hashing,         ///< reading the whole medium for its hashes
};
inline constexpr Step kLastStep = Step::hashing;

/// "opening the filesystem of p2", "reading /var/log/cron of p2".
inline std::string step_words(Step step, std::string_view volume, std::string_view path) {
  const auto of = [](std::string words, std::string_view what) {
    return what.empty() ? words : words + " of " + std::string(what);
  };
  switch (step) {
    case Step::none:
      break;
    case Step::input:
      return "looking at " + std::string(path.empty() ? "the inputs" : path);
    case Step::image:
      return "opening the image";
    case Step::volumes:
      return "looking for volumes";
    case Step::file_system:
      return of("opening the filesystem", volume);
    case Step::host_facts:
      return of("reading the host's settings", volume);
    case Step::log_search:
      return volume.empty() ? "looking for logs" : "looking for logs on " + std::string(volume);
    case Step::deleted_search:
      return volume.empty() ? "looking for deleted logs"
                            : "looking for deleted logs on " + std::string(volume);
    case Step::reading:
      return of("reading " + std::string(path.empty() ? "a file" : path), volume);
    case Step::hashing:
      return "hashing the medium";
  }
  return "waiting";
}

/// Where a reader notes what it is at, for whoever watches it, and asks what it is to leave out
/// because it ended a reader before. What was noted holds until the next note.
class StepNote {
 public:
  StepNote() = default;
  StepNote(const StepNote&) = delete;
  StepNote& operator=(const StepNote&) = delete;
  virtual ~StepNote() = default;

  /// `volume` and `path` are empty where the step is of no volume or file.
  virtual void at(Step step, std::string_view volume, std::string_view path) = 0;

  /// Why this is to be left out; nothing where it is to be done.
  virtual std::optional<std::string> leaves_out(Step step, std::string_view volume,
                                                std::string_view path) const = 0;

  /// Notes the step, or says why it is to be left out.
  std::optional<std::string> begin(Step step, std::string_view volume, std::string_view path) {
    if (auto reason = leaves_out(step, volume, path)) return reason;
    at(step, volume, path);
    return std::nullopt;
  }
};

/// Nobody watches: everything is done.
class NoStepNote final : public StepNote {
 public:
  void at(Step, std::string_view, std::string_view) override {}
  std::optional<std::string> leaves_out(Step, std::string_view, std::string_view) const override {
    return std::nullopt;
  }
};

/// The one for whoever has none; it has no state.
inline StepNote& no_step_note() {
  static NoStepNote nobody;
  return nobody;
}

}  // namespace pidometer
