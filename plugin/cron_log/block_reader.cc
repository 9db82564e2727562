#include "plugin/cron_log/block_reader.h"

#include <span>
#include <system_error>
#include <utility>

namespace pidometer {

void BlockReader::read(Block& block) {
  block.bytes.resize(Block::kHeadroom + Block::kSize);
  block.size = 0;
  // Short reads are gathered, so that a stream of small pieces is not handed over piece by piece.
  while (block.size < Block::kSize) {
    const auto got = stream_.read(std::as_writable_bytes(
        std::span(block.bytes).subspan(Block::kHeadroom + block.size, Block::kSize - block.size)));
    if (!got) block.error = got.error();
    if (!got || *got == 0) {
      block.is_last = true;
      break;
    }
    block.size += *got;
  }
  block.damage.clear();
  for (const DamagedRange& damaged : stream_.damage()) block.damage.push_back(damaged.range);
}

void BlockReader::run() {
  try {
    while (true) {
      Block block;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || filled_.size() < kAhead; });
        if (stopping_) return;
        if (!spare_.empty()) {
          block = std::move(spare_.back());
          spare_.pop_back();
        }
      }
      read(block);
      const bool is_last = block.is_last;
      {
        const std::scoped_lock lock(mutex_);
        filled_.push_back(std::move(block));
      }
      changed_.notify_all();
      if (is_last) return;
    }
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    thrown_ = std::current_exception();
    changed_.notify_all();
  }
}

Block BlockReader::next() {
  if (!thread_.joinable()) {
    Block block;
    if (!spare_.empty()) {
      block = std::move(spare_.back());
      spare_.pop_back();
    }
    read(block);
    read_ += block.size;
    if (read_ >= kThreadAfter && !block.is_last) {
      try {
        thread_ = std::thread(&BlockReader::run, this);
      } catch (const std::system_error&) {
        // No thread to be had: it goes on block by block, and asks again behind the next one.
      }
    }
    return block;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !filled_.empty() || thrown_; });
  if (filled_.empty()) std::rethrow_exception(thrown_);
  Block block = std::move(filled_.front());
  filled_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return block;
}

void BlockReader::give_back(Block block) {
  if (block.bytes.empty()) return;
  const std::scoped_lock lock(mutex_);
  spare_.push_back(std::move(block));
}

void BlockReader::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace pidometer
