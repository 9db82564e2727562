#include "merge/row_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/packed.h"

namespace pidometer {
namespace {

/// Read at once: a whole number of pages that a disk gives in a millisecond.
constexpr std::size_t kReadBytes = std::size_t{256} << 10;

struct NoText {
  std::string_view start;
  const char* what;
  const char* help;
};

constexpr const char* kUnpack = "unpack it first, or pipe it in: zcat FILE | pidometer merge -";
constexpr const char* kPsort = "write its events as JSON lines: psort.py -o json_line -w FILE";

constexpr NoText kNoTexts[] = {
    {"PK\x03\x04", "it is a zip archive", "unpack it first"},
    {"SQLite format 3", "it is a database, as Plaso's storage is", kPsort},
    {"\xff\xfe", "it is UTF-16", "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE"},
    {"\xfe\xff", "it is UTF-16", "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE"},
};

}  // namespace

Result<RowLines> RowLines::open(const std::string& name, Proceed proceed, Watch watch) {
  const bool standard_input = name == "-";
  // A pipe that nobody writes yet must not hold the program where no interrupt reaches it: it is
  // waited for like its bytes.
  const int descriptor = standard_input
                             ? dup(STDIN_FILENO)
                             : ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0)
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::unreadable,
                "cannot open " + name, std::strerror(errno),
                "check the name, and that it may be read");
  if (!standard_input) fcntl(descriptor, F_SETFL, O_RDONLY);
  RowLines lines(descriptor, standard_input ? "standard input" : name, std::move(proceed),
                 std::move(watch));
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    return fail(ErrorKind::unreadable, "cannot read " + name, "it is a folder",
                "give the files in it");
  if (Result<void> fit = lines.check_start(); !fit) return tl::unexpected(fit.error());
  return lines;
}

RowLines::RowLines(int descriptor, std::string name, Proceed proceed, Watch watch)
    : descriptor_(descriptor),
      name_(std::move(name)),
      proceed_(std::move(proceed)),
      watch_(std::move(watch)) {}

RowLines::RowLines(RowLines&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      proceed_(std::move(other.proceed_)),
      watch_(std::move(other.watch_)),
      at_end_(other.at_end_),
      given_up_(other.given_up_),
      number_(other.number_),
      bytes_(other.bytes_) {}

RowLines::~RowLines() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> RowLines::check_start() {
  buffer_.resize(kLongest + kReadBytes);
  constexpr std::size_t kEnough = 16;
  while (end_ < kEnough && !at_end_ && !given_up_)
    if (Result<bool> more = fill(); !more) return tl::unexpected(more.error());
  const std::string_view start(buffer_.data(), end_);
  if (const std::string_view packer = packed_as(start); !packer.empty())
    return fail(ErrorKind::not_evidence, name_ + " has no JSON lines",
                "it is packed by " + std::string(packer), kUnpack);
  for (const NoText& other : kNoTexts)
    if (start.starts_with(other.start))
      return fail(ErrorKind::not_evidence, name_ + " has no JSON lines", other.what, other.help);
  // The mark that some editors put before UTF-8.
  if (start.starts_with("\xef\xbb\xbf")) begin_ = 3;
  return {};
}

/// Whether to read on. A read that waits goes on after a signal (SA_RESTART); poll() never does.
bool RowLines::wait_for_input() {
  constexpr int kLookMilliseconds = 200;  // for a signal that comes just before poll()
  pollfd wanted{descriptor_, POLLIN, 0};
  for (;;) {
    if (!proceed_(bytes_)) return false;
    const int ready = poll(&wanted, 1, kLookMilliseconds);
    // Of any other failure read() says what it is.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
}

/// Whether more came; at_end_ or given_up_ where none did.
Result<bool> RowLines::fill() {
  given_up_ = !wait_for_input();
  if (given_up_) return false;
  if (begin_ > 0 && buffer_.size() - end_ < kReadBytes) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  for (;;) {
    const ssize_t got =
        ::read(descriptor_, buffer_.data() + end_, std::min(kReadBytes, buffer_.size() - end_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return fail(ErrorKind::unreadable, "cannot read " + name_ + " to its end",
                  std::strerror(errno), "copy it to a sound disk and merge it again");
    at_end_ = got == 0;
    watch_(std::string_view(buffer_.data() + end_, static_cast<std::size_t>(got)));
    end_ += static_cast<std::size_t>(got);
    bytes_ += static_cast<std::uint64_t>(got);
    return got > 0;
  }
}

Result<RowLines::Next> RowLines::next(std::string_view& line) {
  std::size_t looked = begin_;  // what stands before it has no line feed
  bool too_long = false;
  while (!given_up_) {
    const void* found = std::memchr(buffer_.data() + looked, '\n', end_ - looked);
    if (found != nullptr || (at_end_ && end_ > begin_)) {
      const std::size_t stop =
          found == nullptr
              ? end_
              : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
      line = std::string_view(buffer_).substr(begin_, stop - begin_);
      begin_ = std::min(stop + 1, end_);
      ++number_;
      return too_long || line.size() > kLongest ? Next::too_long : Next::line;
    }
    if (at_end_) {
      if (!too_long) return Next::end;
      line = {};
      ++number_;
      return Next::too_long;
    }
    if (end_ - begin_ > kLongest) {
      // Its rest is read over its own bytes; the start is kept to be shown.
      constexpr std::size_t kKept = 512;
      too_long = true;
      end_ = begin_ + kKept;
    }
    const std::size_t before = end_ - begin_;
    if (Result<bool> more = fill(); !more) return tl::unexpected(more.error());
    looked = begin_ + before;
  }
  return Next::given_up;
}

}  // namespace pidometer
