#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "cli/arguments.h"
#include "cli/diagnostics.h"
#include "cli/extract.h"
#include "cli/fleet.h"
#include "cli/help_text.h"
#include "cli/interrupt.h"
#include "cli/merge.h"
#include "cli/scan.h"
#include "cli/terminal.h"
#include "tsk_reader/process/fork_server.h"

namespace {

/// Where a standard stream is closed, the next file that is opened would get its number, and rows
/// or messages would be written into it. Opened for reading only, so that writing them is an error.
void reserve_standard_streams() {
  for (int opened = 0; opened <= STDERR_FILENO;) {
    opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (opened < 0) return;
    if (opened > STDERR_FILENO) close(opened);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace pidometer;
  reserve_standard_streams();
  const bool terminal = isatty(STDERR_FILENO) != 0;
  Result<ParsedArguments> parsed = parse_arguments(argc, argv);
  if (!parsed) {
    Diagnostics(stderr, use_color(ColorMode::automatic, terminal), false, false)
        .error(parsed.error());
    return exit_usage;
  }
  if (!parsed->text.empty()) {
    const std::string text = wrap_help(parsed->text, terminal_columns(stdout));
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written) return exit_complete;
    Diagnostics(stderr, use_color(ColorMode::automatic, terminal), false, false)
        .error(Error{ErrorKind::output, "cannot write standard output", std::strerror(errno), {}});
    return exit_nothing;
  }
  if (wants_terminal_summary(parsed->options, isatty(STDOUT_FILENO) != 0))
    parsed->options.terminal_summary = true;
  const Options& options = parsed->options;
  catch_interrupts();
  // A file that grows beyond `ulimit -f` is an error of writing, of which there is a word to say.
  std::signal(SIGXFSZ, SIG_IGN);
  Diagnostics diagnostics(stderr, use_color(options.color, terminal), options.quiet,
                          can_overwrite(terminal));
  // Readers are to be forked by a process of one thread: this one will have several.
  const std::unique_ptr<ForkServer> readers = ForkServer::start();
  try {
    switch (options.command) {
      case Command::extract:
        return run_extract(options, diagnostics);
      case Command::merge:
        return run_merge(options, diagnostics);
      case Command::scan:
        return options.directory.empty() ? run_scan(options, diagnostics)
                                         : run_fleet(options, diagnostics);
      default:
        return run_scan(options, diagnostics);
    }
  } catch (const std::bad_alloc&) {
    diagnostics.error(Error{ErrorKind::unreadable, "out of memory",
                            "the evidence needs more than this machine or its limits give",
                            "give the inputs one by one, to scan without --records"});
  } catch (const std::exception& error) {
    diagnostics.error(Error{ErrorKind::unreadable, "the run was given up", error.what(),
                            "a file that has its name is whole, and what went to standard output "
                            "is not; please report this with the input"});
  }
  return exit_nothing;
}
