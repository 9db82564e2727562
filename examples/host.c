/*
 * A program that has pidometer as a library: reads an image, or logs that it feeds by their bytes,
 * and prints the rows.
 *
 *   cc -std=c99 host.c -o host $(pkg-config --cflags --libs pidometer)
 *   ./host --set timezone=America/Chicago redhat62.ext2.raw
 *   ./host --set year=2000 --feed /var/log/cron=copy-of-cron
 *
 * Rows go to standard output, what is said to a person to standard error; the exit status is the
 * outcome of the scan, which is that of `pidometer scan`.
 */
#include <pidometer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says an error and frees it; the exit status for it. */
static int say(pidometer_error *error) {
  fprintf(stderr, "error: %s\n", pidometer_error_message(error));
  if (*pidometer_error_reason(error)) fprintf(stderr, "reason: %s\n", pidometer_error_reason(error));
  if (*pidometer_error_help(error)) fprintf(stderr, "help: %s\n", pidometer_error_help(error));
  pidometer_error_free(error);
  return PIDOMETER_NOTHING;
}

static int print_row(void *user, const char *row, size_t length) {
  FILE *out = user;
  /* Anything but 0 stops the scan: here when nobody reads any more. */
  return fwrite(row, 1, length, out) != length || fputc('\n', out) == EOF;
}

/* A file that was fed could not be read, or not to its end. */
static int unread = 0;

/* Feeds a file in pieces under the name that it has on its host. The library opens nothing: bytes
 * may come from wherever the host has them. */
static pidometer_error *feed(pidometer_scan *scan, const char *name, const char *path) {
  static char piece[65536];
  FILE *file = fopen(path, "rb");
  pidometer_error *error = NULL;
  size_t got;
  if (file == NULL) return pidometer_scan_add_path(scan, path); /* it says what is wrong */
  got = fread(piece, 1, sizeof piece, file);
  /* A folder opens, and only reading it fails. */
  if (got > 0 || !ferror(file))
    error = pidometer_scan_add_log(scan, name, PIDOMETER_NO_TIME, piece, got);
  while (error == NULL && (got = fread(piece, 1, sizeof piece, file)) > 0)
    error = pidometer_scan_append(scan, piece, got);
  if (ferror(file)) {
    perror(path);
    unread = 1;
  }
  fclose(file);
  return error;
}

/* One argument, or two of `--set` and `--feed`. Cuts `value` at its first `=`. */
static pidometer_error *take(pidometer_scan *scan, const char *option, char *value) {
  char *right = option == NULL ? NULL : strchr(value, '=');
  if (right == NULL) return pidometer_scan_add_path(scan, value);
  *right++ = '\0';
  return strcmp(option, "--feed") == 0 ? feed(scan, value, right)
                                       : pidometer_scan_set(scan, value, right);
}

int main(int argc, char **argv) {
  pidometer_scan *scan = NULL;
  pidometer_error *error;
  size_t i;
  int at, outcome;

  if (pidometer_abi() != PIDOMETER_ABI) {
    fprintf(stderr, "error: libpidometer has another interface than pidometer.h\n");
    return PIDOMETER_BAD_OPTIONS;
  }
  error = pidometer_scan_new(&scan);
  for (at = 1; error == NULL && at < argc; ++at) {
    const int is_option = strcmp(argv[at], "--set") == 0 || strcmp(argv[at], "--feed") == 0;
    const char *option = is_option && at + 1 < argc ? argv[at++] : NULL;
    error = take(scan, option, argv[at]);
  }
  if (error == NULL) error = pidometer_scan_run(scan, print_row, stdout);

  outcome = pidometer_scan_outcome(scan);
  if (error != NULL) {
    const int status = say(error);
    if (outcome == PIDOMETER_NOT_RUN) outcome = status;
  } else {
    /* Inputs that failed beside others. */
    for (i = 0; i < pidometer_scan_error_count(scan); ++i)
      fprintf(stderr, "error: %s\n", pidometer_error_message(pidometer_scan_error_at(scan, i)));
  }
  if (unread && (outcome == PIDOMETER_COMPLETE || outcome == PIDOMETER_NO_LOG))
    outcome = PIDOMETER_PARTIAL;
  pidometer_scan_free(scan);
  return fflush(stdout) == 0 ? outcome : PIDOMETER_NOTHING;
}
