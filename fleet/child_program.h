#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace pidometer {

/// How a program ended.
struct ChildEnd {
  std::optional<int> exit_status;  ///< where it ended by itself
  int signal = 0;                  ///< else what ended it
};

/// This program once more, in a process of its own, which ends with this one, however that ends.
/// Killed and reaped with the object. To be started by the main thread only, for the kernel takes
/// the end of the thread that started a process for the parent's.
class ChildProgram {
 public:
  /// Starts the program itself with these arguments. What it says goes to the file `log`, which is
  /// overwritten; it gets no input, and its rows must go to files. Descriptors that are not closed
  /// on exec are its own too. Errors: ErrorKind::output of the log, ErrorKind::unreadable of the
  /// system.
  static Result<ChildProgram> start(const std::vector<std::string>& arguments,
                                    const std::string& log);

  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&& other) = delete;
  ~ChildProgram();

  /// Readable (POLLHUP) once the program has ended.
  int ended_descriptor() const { return alive_; }
  /// Waits for its end.
  ChildEnd wait();
  void signal(int number) const;

 private:
  ChildProgram(pid_t pid, int alive) : pid_(pid), alive_(alive) {}

  pid_t pid_ = -1;
  int alive_ = -1;  ///< of a pipe whose other end the program holds
};

}  // namespace pidometer
