// open_evidence() and group_inputs() of evidence.h: the same as their halves `_here`, in a process
// of their own.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/evidence.h"
#include "tsk_reader/process/remote_evidence.h"

namespace pidometer {
namespace {

/// Segments are opened by whoever reads the image: they must be where segments may lie. Groups and
/// parts are called by names that were given.
bool plausible(const GroupedInputs& grouped, const OpenPolicy& policy,
               std::span<const std::string> paths) {
  const auto was_given = [&](const std::string& name) {
    return std::find(paths.begin(), paths.end(), name) != paths.end();
  };
  if (!std::all_of(grouped.parts.begin(), grouped.parts.end(), was_given)) return false;
  for (const InputGroup& group : grouped.groups) {
    if (group.segments.empty() || !was_given(group.name)) return false;
    for (const auto* files : {&group.segments, &group.maps})
      for (const auto& file : *files)
        if (!policy.allows(file.string())) return false;
  }
  return true;
}

Result<std::unique_ptr<Evidence>> open_requested(const OpenRequest& request, StepNote& steps) {
  return open_evidence_here(request.group, request.given, &steps);
}

void serve_evidence(const ReaderDescriptors& own, PageStepNote& steps) {
  serve_requests(own, steps, open_requested);
}

Error input_error(const StepSeen& step, const std::string& words) {
  const std::string name = step.path.empty() ? "the inputs" : step.path;
  return Error{ErrorKind::unreadable, "cannot read " + name,
               "the reader process " + words + " while " + step.words(),
               "the input is damaged or made to break programs"};
}

}  // namespace

Result<std::unique_ptr<Evidence>> open_evidence(const InputGroup& group,
                                                std::span<const InputGroup> given,
                                                const ReaderOptions& options) {
  auto session = std::make_shared<ReaderSession>(
      group, std::vector<InputGroup>(given.begin(), given.end()), options, serve_evidence);
  if (const Result<void> opened = session->open(); !opened) return tl::unexpected(opened.error());
  return make_remote_evidence(std::move(session));
}

GroupedInputs group_inputs(std::span<const std::string> paths, InputKind as,
                           const ReaderOptions& options) {
  std::vector<std::string> rest(paths.begin(), paths.end());
  std::vector<Error> errors;
  const auto finish = [&errors](GroupedInputs grouped) {
    grouped.errors.insert(grouped.errors.begin(), errors.begin(), errors.end());
    return grouped;
  };
  while (!rest.empty()) {
    auto started = ReaderProcess::start(OpenPolicy(rest), options, serve_evidence);
    if (!started) {
      errors.push_back(started.error());
      return finish({});
    }
    ReaderProcess& process = **started;
    std::optional<Message> message;
    if (process.send(to_wire<Request>(GroupRequest{rest, as}))) message = process.receive();
    if (message) {
      std::optional<Reply> reply = from_wire<Reply>(message->head);
      GroupedInputs* const grouped = reply ? std::get_if<GroupedInputs>(&*reply) : nullptr;
      if (grouped != nullptr && plausible(*grouped, process.policy(), rest))
        return finish(std::move(*grouped));
      if (Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr) {
        errors.push_back(std::move(*error));
        return finish({});
      }
      process.break_off();
    }
    // The input that it was at is left out, and the others go on; without one they cannot.
    const StepSeen step = process.step();
    const auto culprit = std::find(rest.begin(), rest.end(), step.path);
    if (process.end().interrupted) return finish({});
    errors.push_back(input_error(step, process.end().words));
    if (culprit == rest.end()) return finish({});
    rest.erase(culprit);
  }
  return finish({});
}

}  // namespace pidometer
