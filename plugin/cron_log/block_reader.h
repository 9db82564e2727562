#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"

namespace pidometer {

/// A stretch of a stream. In front of its bytes there is room for what the reader kept of the block
/// before.
struct Block {
  static constexpr std::size_t kSize = 256 * 1024;
  static constexpr std::size_t kHeadroom = 64 * 1024;

  std::vector<char> bytes;        ///< kHeadroom + kSize
  std::size_t size = 0;           ///< filled, from kHeadroom on
  std::vector<ByteRange> damage;  ///< all that was known once it was read
  bool is_last = false;
  std::optional<Error> error;  ///< what ended the stream behind its bytes; the last block's only
};

/// Reads a stream block by block. A large one is read ahead by a thread of its own: reading,
/// unpacking and hashing cost as much as what is made of the bytes. The stream belongs to the
/// BlockReader until stop() or the last block.
class BlockReader {
 public:
  /// Where the thread starts: most logs are smaller, and are read before it would be awake.
  static constexpr std::uint64_t kThreadAfter = 4 * 1024 * 1024;

  explicit BlockReader(ByteStream& stream) : stream_(stream) {}
  BlockReader(const BlockReader&) = delete;
  BlockReader& operator=(const BlockReader&) = delete;
  ~BlockReader() { stop(); }

  /// The next block. Not to be called again behind the last one.
  Block next();
  /// Takes a block back for its memory.
  void give_back(Block block);
  /// Ends the reading ahead; nothing more can be asked for.
  void stop();

 private:
  static constexpr std::size_t kAhead = 2;

  void read(Block& block);
  void run();

  ByteStream& stream_;
  std::uint64_t read_ = 0;
  std::thread thread_;
  // shared with the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> filled_;
  std::vector<Block> spare_;
  std::exception_ptr thrown_;
  bool stopping_ = false;
};

}  // namespace pidometer
