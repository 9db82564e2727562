#include "plugin/cron_log/carving/known_lines.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstring>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_text.h"

namespace pidometer {

namespace {

/// Time, host, program and PID: what tells a line from all others. Empty where a PID is not closed.
std::string_view start_of(std::string_view line) {
  std::size_t end = line.find("]: ");
  if (end == std::string_view::npos) end = line.find(") ");  // vixie-cron's own file
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end + 2);
}

}  // namespace

struct KnownLines::Context {
  Context() : state(EVP_MD_CTX_new()), kind(EVP_sha256()) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(state); }

  EVP_MD_CTX* state;
  const EVP_MD* kind;
};

KnownLines::KnownLines() : context_(std::make_unique<Context>()) {}
KnownLines::~KnownLines() = default;

Result<bool> KnownLines::add_log(const LogFile& log, const ReadMonitor& monitor) {
  const auto stream = open_log_text(log);
  if (!stream) return tl::unexpected(stream.error());
  LineReader lines(**stream, monitor);
  LogLine line;
  while (lines.next(line))
    if (!line.damaged && !line.too_long && parse_line(line.text).kind != ParsedLine::Kind::skipped)
      add(line.text);
  lines.stop();
  return !lines.stopped();
}

void KnownLines::add(std::string_view line) {
  lines_.insert(digest(line));
  if (const std::string_view start = start_of(line); !start.empty()) lines_.insert(digest(start));
}

bool KnownLines::contains(std::string_view line) const {
  return !lines_.empty() && lines_.contains(digest(line));
}

bool KnownLines::contains_start(std::string_view line) const {
  const std::string_view start = start_of(line);
  return !start.empty() && contains(start);
}

KnownLines::Digest KnownLines::digest(std::string_view line) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  [[maybe_unused]] const bool done =
      EVP_DigestInit_ex(context_->state, context_->kind, nullptr) == 1 &&
      EVP_DigestUpdate(context_->state, line.data(), line.size()) == 1 &&
      EVP_DigestFinal_ex(context_->state, bytes.data(), nullptr) == 1;
  assert(done);
  Digest digest{};
  std::memcpy(digest.data(), bytes.data(), sizeof digest);
  return digest;
}

}  // namespace pidometer
