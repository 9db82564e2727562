#pragma once

#include <sys/types.h>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tsk_reader/evidence.h"
#include "tsk_reader/process/channel.h"
#include "tsk_reader/process/open_broker.h"
#include "tsk_reader/process/reader_child.h"
#include "tsk_reader/process/step_page.h"

namespace pidometer {

/// Why a reader process is no more.
struct ReaderEnd {
  std::string words;         ///< "was ended by signal 11 (SIGSEGV)"
  bool interrupted = false;  ///< should_stop said so: nobody's fault
  bool broke_protocol = false;
};

/// A forked child that reads evidence, and the parent's end of its pipes. Killed and reaped with
/// the object. Not thread-safe.
class ReaderProcess {
 public:
  /// A plain function (ReaderMain) is run by a child of the ForkServer, where one runs; anything
  /// else by a fork of this process.
  static Result<std::unique_ptr<ReaderProcess>> start(const OpenPolicy& policy,
                                                      const ReaderOptions& options,
                                                      const ReaderBody& body);
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;
  ~ReaderProcess();

  /// Sends a request and grants it the CPU time of one step. False where the child is gone.
  bool send(std::string_view message);

  /// Waits for the next message and opens what the child asks for meanwhile. Nothing where the
  /// child died, stalled or sends nonsense: it is then dead, and end() says why.
  std::optional<Message> receive(Message reuse = {});

  /// Kills a child whose reply cannot be.
  void break_off();

  const ReaderEnd& end() const { return end_; }
  /// What the child was at last.
  StepSeen step() const { return page_.seen(); }
  const OpenPolicy& policy() const { return broker_->policy(); }
  /// "process, limits, seccomp", or what of it could be had.
  const std::string& isolation() const { return isolation_; }
  pid_t pid() const { return pid_; }

 private:
  explicit ReaderProcess(const ReaderOptions& options) : options_(options) {}
  static Result<std::unique_ptr<ReaderProcess>> start_once(const OpenPolicy& policy,
                                                           const ReaderOptions& options,
                                                           const ReaderBody& body, bool& stalled);
  /// receive() with a limit of its own; 0: none.
  std::optional<Message> receive_within(std::chrono::milliseconds most, Message reuse = {});
  void finish(std::string words);
  void grant_cpu_time();
  std::string status_words(int status) const;

  ReaderOptions options_;
  StepPage page_;
  std::unique_ptr<OpenBroker> broker_;
  MessageAssembler assembler_;
  int requests_ = -1;
  int replies_ = -1;
  pid_t pid_ = -1;
  int process_ = -1;  ///< a descriptor of it; -1 where the system gives none
  bool timed_out_ = false;
  ReaderEnd end_;
  std::string isolation_ = "process";
};

}  // namespace pidometer
