#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "merge/canonical_json.h"

namespace pidometer {

/// The lines of one input, one after the other, in bounded memory.
class RowLines {
 public:
  /// Longer ones are passed over. Rows of timelines have a few kilobytes; OpenSearch takes no
  /// document beyond 100 MB, and Timesketch finds no word of a text beyond 32 KB.
  static constexpr std::size_t kLongest = kLongestRow;

  /// Asked before each read and while a pipe is silent, with the bytes read so far; false: give up.
  using Proceed = std::function<bool(std::uint64_t bytes)>;
  /// Told all bytes that are read, in order.
  using Watch = std::function<void(std::string_view bytes)>;

  /// `-`: standard input. Refuses folders and, by their first bytes, what holds no text: archives,
  /// packed files, Plaso's own storage.
  static Result<RowLines> open(
      const std::string& name, Proceed proceed = [](std::uint64_t) { return true; },
      Watch watch = [](std::string_view) {});

  RowLines(RowLines&& other) noexcept;
  RowLines& operator=(RowLines&& other) = delete;
  ~RowLines();

  enum class Next { line, too_long, end, given_up };
  /// The next line, without line feed. `line` holds until the next call; of one that is too long it
  /// is the start. Given up: the rest of the input, and of the line at hand, was not read. An
  /// Error: the rest cannot be read.
  Result<Next> next(std::string_view& line);

  std::uint64_t number() const { return number_; }  ///< of the last line, from 1
  std::uint64_t bytes() const { return bytes_; }    ///< read so far

 private:
  RowLines(int descriptor, std::string name, Proceed proceed, Watch watch);
  Result<void> check_start();
  bool wait_for_input();
  Result<bool> fill();

  int descriptor_;
  std::string name_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what is not yet given
  std::size_t end_ = 0;    ///< of what is read
  Proceed proceed_;
  Watch watch_;
  bool at_end_ = false;
  bool given_up_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace pidometer
