/*
 * pidometer as a library: cron logs or disk images in, rows for a super-timeline out.
 *
 * C99 and C++. Link with -lpidometer (pkg-config pidometer). docs/library.md has the whole; in
 * short:
 *
 *   pidometer_scan *scan = NULL;
 *   pidometer_error *error = pidometer_scan_new(&scan);
 *   if (!error) error = pidometer_scan_set(scan, "timezone", "Europe/Berlin");
 *   if (!error) error = pidometer_scan_add_path(scan, "web01.E01");
 *   if (!error) error = pidometer_scan_run(scan, take_row, user);
 *   if (error) fprintf(stderr, "%s\n", pidometer_error_message(error));
 *   pidometer_error_free(error);
 *   pidometer_scan_free(scan);
 *
 * Errors are values: no function ends the process, throws, prints, or installs a signal handler.
 *
 * Ownership: a pidometer_error * that a function returns is the caller's, to be freed. What a
 * function returns as a pointer to const belongs to the object that it was asked of and lives as
 * long as that object, or as long as its comment says. What is handed in is copied.
 *
 * Threads: different scans may be used by different threads at once; one scan by one thread at a
 * time, but for pidometer_scan_cancel(). The process that reads evidence is forked: see "Forks and
 * threads" of docs/library.md.
 *
 * Text is bytes, ending in NUL. What comes out is UTF-8; what is no printable UTF-8 in evidence is
 * escaped as \xNN.
 */
#ifndef PIDOMETER_H
#define PIDOMETER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PIDOMETER_API __attribute__((visibility("default")))
#define PIDOMETER_MUST_USE __attribute__((warn_unused_result))
#else
#define PIDOMETER_API
#define PIDOMETER_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the interface that this header describes. It is the number in the library's name
 * (libpidometer.so.0) and grows when something here is taken away or changes its meaning. */
#define PIDOMETER_ABI 0

/* Version of the program and library: "0.1.0". Lives as long as the library. */
PIDOMETER_API const char* pidometer_version(void);
/* PIDOMETER_ABI of the library that was loaded. */
PIDOMETER_API int pidometer_abi(void);
/* Versions of the libraries that read evidence, one a line: "libtsk 4.11.1". Lives likewise. */
PIDOMETER_API const char* pidometer_libraries(void);

/* ---- Errors ---- */

typedef struct pidometer_error pidometer_error;

/* What went wrong. The numbers are part of the interface; new ones may come. */
enum {
  PIDOMETER_NOT_FOUND = 1,    /* no such file, folder or volume */
  PIDOMETER_UNREADABLE = 2,   /* it is there, but cannot be read */
  PIDOMETER_NOT_EVIDENCE = 3, /* readable, but neither an image nor a log */
  PIDOMETER_UNSUPPORTED = 4,  /* recognised, and not read */
  PIDOMETER_USAGE = 5,        /* options or arguments that cannot be used */
  PIDOMETER_OUTPUT = 6,       /* rows cannot be kept in $TMPDIR */
  PIDOMETER_NO_MEMORY = 7,    /* the system gave no memory */
  PIDOMETER_INTERNAL = 8,     /* an unforeseen failure; please report it */
  PIDOMETER_STOPPED = 9,      /* by the row callback or pidometer_scan_cancel() */
  PIDOMETER_CALLBACK = 10     /* the row callback threw, which it must not */
};

/* One of the numbers above; 0 for NULL. */
PIDOMETER_API int pidometer_error_kind(const pidometer_error* error);
/* The same in a word: "not_found"; "none" for NULL. */
PIDOMETER_API const char* pidometer_error_kind_name(const pidometer_error* error);
/* One sentence that names the object, lower case, without a final stop. Never NULL. */
PIDOMETER_API const char* pidometer_error_message(const pidometer_error* error);
/* Why; may be empty. Never NULL. */
PIDOMETER_API const char* pidometer_error_reason(const pidometer_error* error);
/* What to do; may be empty. Never NULL. */
PIDOMETER_API const char* pidometer_error_help(const pidometer_error* error);
/* NULL is allowed. */
PIDOMETER_API void pidometer_error_free(pidometer_error* error);

/* ---- A scan: inputs and options, then one run ---- */

typedef struct pidometer_scan pidometer_scan;

/* *scan is NULL where an error is returned. */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_new(pidometer_scan** scan);
/* NULL is allowed. Not from a callback of the scan's own run. */
PIDOMETER_API void pidometer_scan_free(pidometer_scan* scan);

/* Sets an option, by its long name and with values as on the command line (pidometer scan --help):
 *
 *   timezone   zone of the logs' times, "Europe/Berlin" or "-06:00"; wins over the image's own
 *   year       of the last line, "2000"; wins over the modification time
 *   pid-max    kernel.pid_max of the host
 *   records    "true": every cron record is a row as well
 *   min-level  "informational" (all findings), "low", "medium", "high", "critical"
 *   since, until   ISO 8601: rows that end at or after, that begin before
 *   witnesses  "true" or "false": lines of other logs with the findings
 *   known      file of known work
 *   recover    "true": deleted and overwritten logs as well
 *   as         "image", "log", "folder", "root", "archive": what the paths are
 *   step-limit seconds of CPU time of one step of reading; "0": no limit
 *
 * The last value of a name counts; NULL takes it back. */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_set(pidometer_scan* scan,
                                                                     const char* name,
                                                                     const char* value);

/* Adds a disk image, an archive, a log file or a folder of logs. It is looked at when the scan
 * runs. Give all disks of one volume group or array. */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_add_path(pidometer_scan* scan,
                                                                          const char* path);

/* For mtime_us: the time is not known. */
#define PIDOMETER_NO_TIME INT64_MIN

/* Adds a log by its bytes, unpacked: `name` is its path on its host ("/var/log/cron.1"; rows and
 * summary have it), `mtime_us` its modification time in microseconds since 1970-01-01 UTC, which
 * dates lines without a year. All logs of one folder are judged together, rotations and other logs
 * of the host too: give them all. Packed bytes (gz, xz, bz2, zst, lz4) and binary journals are
 * refused with PIDOMETER_UNSUPPORTED. `bytes` are copied and may be NULL where `size` is 0. */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_add_log(
    pidometer_scan* scan, const char* name, int64_t mtime_us, const void* bytes, size_t size);
/* More bytes of the log that was added last. Where that log was refused this is refused as well:
 * they are of no other one. */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_append(pidometer_scan* scan,
                                                                        const void* bytes,
                                                                        size_t size);

/* Takes one row: a JSON object as schemas/row.schema.json has it, `length` bytes without newline
 * and a NUL behind them, which live until the callback returns. Rows come sorted by time, on the
 * thread that runs the scan, once all evidence is read. Anything but 0 stops the scan. Must not
 * throw, longjmp or use the scan. */
typedef int (*pidometer_row_fn)(void* user, const char* row, size_t length);

/* Reads the inputs, judges the logs and hands out the rows. Once for each scan. An error means that
 * no input could be read, that options or memory do not do, or that it was stopped; inputs that
 * fail beside others that do not are told by pidometer_scan_error_at(). */
PIDOMETER_API PIDOMETER_MUST_USE pidometer_error* pidometer_scan_run(pidometer_scan* scan,
                                                                     pidometer_row_fn row,
                                                                     void* user);

/* Ends a run under way, from any thread or from a signal handler: pidometer_scan_run() returns
 * PIDOMETER_STOPPED as soon as it can, mostly within a second. The scan must not be freed
 * meanwhile. */
PIDOMETER_API void pidometer_scan_cancel(pidometer_scan* scan);

/* What pidometer_scan_outcome() says: the exit statuses of the program. */
enum {
  PIDOMETER_NOT_RUN = -1,     /* pidometer_scan_run() was not called */
  PIDOMETER_COMPLETE = 0,     /* all inputs were read completely, findings or not */
  PIDOMETER_NOTHING = 1,      /* no input could be read */
  PIDOMETER_BAD_OPTIONS = 2,  /* nothing was read */
  PIDOMETER_PARTIAL = 3,      /* rows are valid; evidence was lost or damaged, or an input failed */
  PIDOMETER_NO_LOG = 4,       /* everything was read and no cron log is in it */
  PIDOMETER_INTERRUPTED = 130 /* stopped: what rows came are not all */
};
PIDOMETER_API int pidometer_scan_outcome(const pidometer_scan* scan);

/* Errors of single inputs, in the order met. They live as long as the scan and are not freed. */
PIDOMETER_API size_t pidometer_scan_error_count(const pidometer_scan* scan);
/* NULL where there is none of that number. */
PIDOMETER_API const pidometer_error* pidometer_scan_error_at(const pidometer_scan* scan,
                                                             size_t number);

/* What was read, found and lost, all warnings too, as one JSON document (schemas/
 * summary.schema.json). Empty before the run. Lives as long as the scan. `length` may be NULL. */
PIDOMETER_API const char* pidometer_scan_summary(const pidometer_scan* scan, size_t* length);

#ifdef __cplusplus
}
#endif

#endif /* PIDOMETER_H */
