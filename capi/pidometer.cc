// The border: nothing but values crosses it, and no exception does.
#include "capi/pidometer.h"

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capi/library_scan.h"
#include "plugin/timeline/names.h"
#include "tsk_reader/evidence.h"

struct pidometer_error {
  int kind = 0;
  pidometer::Error error = {};
};

struct pidometer_scan {
  pidometer::LibraryScan scan;
  std::vector<pidometer_error> errors;  // of single inputs, once it has run
};

namespace {

using pidometer::Error;
using pidometer::ErrorKind;
using pidometer::Result;

int number_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return PIDOMETER_NOT_FOUND;
    case ErrorKind::unreadable:
      return PIDOMETER_UNREADABLE;
    case ErrorKind::not_evidence:
      return PIDOMETER_NOT_EVIDENCE;
    case ErrorKind::unsupported:
      return PIDOMETER_UNSUPPORTED;
    case ErrorKind::usage:
      return PIDOMETER_USAGE;
    case ErrorKind::output:
      return PIDOMETER_OUTPUT;
  }
  return PIDOMETER_INTERNAL;
}

/// Where there is no memory there is none for an error either.
pidometer_error* no_memory() {
  static pidometer_error error{PIDOMETER_NO_MEMORY,
                               {ErrorKind::unreadable, "out of memory", "", ""}};
  return &error;
}

pidometer_error* make_error(int kind, Error error) {
  auto* const made = new (std::nothrow) pidometer_error{kind, std::move(error)};
  return made == nullptr ? no_memory() : made;
}

/// For an exception; the memory for its words may be wanting too.
pidometer_error* thrown_error(int kind, const char* message, const char* reason,
                              const char* help) noexcept {
  try {
    return make_error(kind, Error{ErrorKind::unreadable, message, reason, help});
  } catch (...) {
    return no_memory();
  }
}

constexpr const char* kNoStandardException = "an exception that is no std::exception was thrown";

/// Does something that may fail or throw.
template <typename Work>
pidometer_error* guarded(Work work) noexcept {
  try {
    const Result<void> done = work();
    return done ? nullptr : make_error(number_of(done.error().kind), done.error());
  } catch (const std::bad_alloc&) {
    return no_memory();
  } catch (const std::exception& error) {
    return thrown_error(PIDOMETER_INTERNAL, "the work was given up", error.what(),
                        "please report this");
  } catch (...) {
    return thrown_error(PIDOMETER_INTERNAL, "the work was given up", kNoStandardException,
                        "please report this");
  }
}

Result<void> missing(const char* what) {
  return pidometer::fail(ErrorKind::usage, std::string(what) + " is NULL");
}

}  // namespace

const char* pidometer_version(void) {
  return PIDOMETER_VERSION;
}

int pidometer_abi(void) {
  return PIDOMETER_ABI;
}

const char* pidometer_libraries(void) {
  try {
    static const std::string text = [] {
      std::string lines;
      for (const std::string& library : pidometer::library_versions()) lines += library + "\n";
      return lines;
    }();
    return text.c_str();
  } catch (...) {
    return "";
  }
}

int pidometer_error_kind(const pidometer_error* error) {
  return error == nullptr ? 0 : error->kind;
}

const char* pidometer_error_kind_name(const pidometer_error* error) {
  if (error == nullptr) return "none";
  switch (error->kind) {
    case PIDOMETER_NO_MEMORY:
      return "no_memory";
    case PIDOMETER_INTERNAL:
      return "internal";
    case PIDOMETER_STOPPED:
      return "stopped";
    case PIDOMETER_CALLBACK:
      return "callback";
    default:
      return pidometer::error_kind_name(error->error.kind).data();  // a literal
  }
}

const char* pidometer_error_message(const pidometer_error* error) {
  return error == nullptr ? "" : error->error.message.c_str();
}

const char* pidometer_error_reason(const pidometer_error* error) {
  return error == nullptr ? "" : error->error.reason.c_str();
}

const char* pidometer_error_help(const pidometer_error* error) {
  return error == nullptr ? "" : error->error.help.c_str();
}

void pidometer_error_free(pidometer_error* error) {
  if (error != no_memory()) delete error;
}

pidometer_error* pidometer_scan_new(pidometer_scan** scan) {
  return guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the place for the scan");
    *scan = nullptr;
    *scan = new pidometer_scan();
    return {};
  });
}

void pidometer_scan_free(pidometer_scan* scan) {
  delete scan;
}

pidometer_error* pidometer_scan_set(pidometer_scan* scan, const char* name, const char* value) {
  return guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the scan");
    if (name == nullptr) return missing("the name of the option");
    return scan->scan.set(name,
                          value == nullptr ? std::nullopt : std::optional<std::string>(value));
  });
}

pidometer_error* pidometer_scan_add_path(pidometer_scan* scan, const char* path) {
  return guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the scan");
    if (path == nullptr) return missing("the path");
    return scan->scan.add_path(path);
  });
}

pidometer_error* pidometer_scan_add_log(pidometer_scan* scan, const char* name, int64_t mtime_us,
                                        const void* bytes, size_t size) {
  return guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the scan");
    // Until it is added: what is appended to it belongs to no other log, whatever goes wrong.
    scan->scan.refuse_log();
    if (name == nullptr) return missing("the name of the log");
    if (bytes == nullptr && size > 0) return missing("the place of the bytes");
    pidometer::FedLog log;
    log.name = name;
    if (mtime_us != PIDOMETER_NO_TIME)
      log.modified = pidometer::Timestamp(std::chrono::microseconds(mtime_us));
    if (size > 0) log.bytes.assign(static_cast<const char*>(bytes), size);
    return scan->scan.add_log(std::move(log));
  });
}

pidometer_error* pidometer_scan_append(pidometer_scan* scan, const void* bytes, size_t size) {
  return guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the scan");
    if (bytes == nullptr && size > 0) return missing("the place of the bytes");
    return scan->scan.append(size == 0 ? std::string_view()
                                       : std::string_view(static_cast<const char*>(bytes), size));
  });
}

pidometer_error* pidometer_scan_run(pidometer_scan* scan, pidometer_row_fn row, void* user) {
  std::optional<std::string> thrown;  // by the host
  pidometer_error* const error = guarded([&]() -> Result<void> {
    if (scan == nullptr) return missing("the scan");
    if (row == nullptr) return missing("the row callback");
    const bool first = !scan->scan.has_run();
    // The host asks for them whichever way the scan ends.
    const auto keep_errors = [&] {
      if (!first) return;
      for (const Error& one : scan->scan.errors())
        scan->errors.push_back({number_of(one.kind), one});
    };
    try {
      Result<void> done = scan->scan.run([&](const std::string& line) {
        try {
          return row(user, line.c_str(), line.size()) == 0;
        } catch (const std::exception& exception) {
          thrown = exception.what();
        } catch (...) {
          thrown = kNoStandardException;
        }
        return false;
      });
      keep_errors();
      return done;
    } catch (...) {
      keep_errors();
      throw;
    }
  });
  if (error == nullptr || error == no_memory() || scan == nullptr || !scan->scan.stopped() ||
      error->kind != PIDOMETER_OUTPUT)
    return error;
  if (!thrown) {
    error->kind = PIDOMETER_STOPPED;
    return error;
  }
  pidometer_error_free(error);
  return thrown_error(PIDOMETER_CALLBACK, "the row callback threw an exception", thrown->c_str(),
                      "return a number other than 0 to stop a scan");
}

void pidometer_scan_cancel(pidometer_scan* scan) {
  if (scan != nullptr) scan->scan.cancel();
}

int pidometer_scan_outcome(const pidometer_scan* scan) {
  return scan == nullptr || !scan->scan.has_run() ? static_cast<int>(PIDOMETER_NOT_RUN)
                                                  : static_cast<int>(scan->scan.outcome());
}

size_t pidometer_scan_error_count(const pidometer_scan* scan) {
  return scan == nullptr ? 0 : scan->errors.size();
}

const pidometer_error* pidometer_scan_error_at(const pidometer_scan* scan, size_t number) {
  return number < pidometer_scan_error_count(scan) ? &scan->errors[number] : nullptr;
}

const char* pidometer_scan_summary(const pidometer_scan* scan, size_t* length) {
  const std::string* const text = scan == nullptr ? nullptr : &scan->scan.summary();
  if (length != nullptr) *length = text == nullptr ? 0 : text->size();
  return text == nullptr ? "" : text->c_str();
}
