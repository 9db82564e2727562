#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/journal_text.h"
#include "base/log_file.h"

namespace pidometer {

/// A file of entries or rows as lines of a log, made as they are read: what all such forms share.
class RebuiltText : public ByteStream {
 public:
  explicit RebuiltText(std::unique_ptr<ByteStream> source) : source_(std::move(source)) {}

  Result<std::size_t> read(std::span<std::byte> out) final;
  const std::vector<DamagedRange>& damage() const final { return text_.damage(); }

 protected:
  /// Takes bytes from the front of `buffer_` and makes lines of them. False: it needs more bytes,
  /// or at the end of them all there is nothing more to make.
  virtual bool step() = 0;

  std::string_view buffer() const { return std::string_view(buffer_).substr(begin_); }
  bool at_end() const { return at_end_; }
  /// Bytes into the file, of the buffer's first one.
  std::uint64_t at() const { return at_; }
  void pass(std::size_t count);
  /// Whether [begin, end) of the file is damaged: then its line is lost, and told as lost.
  bool lost_to_damage(std::uint64_t begin, std::uint64_t end);
  void line(std::string_view text) { text_.line(text); }
  void lost(std::string_view reason) { text_.lost(reason); }

 private:
  Result<void> fill();

  std::unique_ptr<ByteStream> source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t at_ = 0;
  bool at_end_ = false;
  JournalText text_;
};

/// Cuts a form of one line an entry at its line feeds.
class LineByLine {
 public:
  /// journalctl writes fields above 4 KiB as null unless it is told --all, and entries have some
  /// 30; Plaso's rows are a few KiB long.
  static constexpr std::size_t kMostLine = std::size_t{4} << 20;

  struct Cut {
    enum class Kind { more, end, whole, too_long } kind = Kind::more;
    std::string_view line;  ///< without its line feed; of one that is too long, nothing
    std::size_t taken = 0;  ///< bytes to be passed, also where more are needed
  };
  /// Of what the buffer holds.
  Cut cut(std::string_view buffer, bool at_end);

 private:
  std::size_t searched_ = 0;
  bool too_long_ = false;
};

}  // namespace pidometer
