#pragma once

#include <cstddef>
#include <string>

namespace pidometer {

/// From now on SIGINT, SIGTERM and SIGHUP only set a mark (those that were ignored stay so), and
/// SIGPIPE is an error of writing, so that files half written are removed; a second one of a kind
/// ends the program at once. The ends of children can be waited for.
void catch_interrupts();

bool interrupted();

/// The name of a file half written: a signal that ends the program at once takes the file along as
/// long as this lives. There is room for a few at a time, more than a run has; names beyond it, or
/// empty or longer than PATH_MAX, are not known to the signal.
class HalfWritten {
 public:
  HalfWritten() = default;
  explicit HalfWritten(const std::string& path);
  HalfWritten(HalfWritten&& other) noexcept;
  HalfWritten& operator=(HalfWritten&&) = delete;
  ~HalfWritten();

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::size_t slot_ = kNone;
};

}  // namespace pidometer
