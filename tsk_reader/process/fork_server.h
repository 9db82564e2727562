#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>

#include "tsk_reader/process/reader_child.h"

namespace pidometer {

/// A process of one thread that forks readers for a program of several. Forked by such a program
/// itself a reader may find a lock taken for ever, by a thread that it has not; and it would see
/// the lines of other inputs in the memory that it was given. One at a time.
class ForkServer {
 public:
  /// Forks it: to be called while the program has one thread. Readers come from it as long as the
  /// object lives. Null where the system gives none: the program then forks its readers itself.
  static std::unique_ptr<ForkServer> start();
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;
  ~ForkServer();

  /// The one that runs; null where there is none.
  static ForkServer* running();

  /// A child of this process, not of the server's, that is a reader with these descriptors (copies:
  /// the caller closes its own) and this descriptor of a StepPage. Its PID; -1 where the server is
  /// gone or the kernel gives no such child (before Linux 5.3). Thread-safe.
  pid_t fork_reader(const ReaderDescriptors& own, int page, ReaderMain body);

 private:
  ForkServer(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

  std::mutex mutex_;
  pid_t pid_;
  int socket_;
};

}  // namespace pidometer
