#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace pidometer {

/// The form of values between two processes of one program: fixed-size integers as the machine has
/// them, lengths and counts as 32 bits before what they count. A type is described once, by
///     template <typename Wire> void transfer(Wire& wire, Type& value);
/// which names all members by a structured binding: a member that is added and not transferred does
/// not compile. WireOut writes what it describes, WireIn reads and checks it.

/// Longer than any path, message or zone file that the reader makes (256 KiB).
inline constexpr std::uint32_t kMostWireText = 1 << 20;

class WireOut {
 public:
  template <typename... Values>
  void operator()(Values&... values) {
    (put(values), ...);
  }

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

  template <typename Value>
  void put_number(Value value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put_text(std::string_view text) {
    text = text.substr(0, kMostWireText);
    put_number(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }

 private:
  template <typename Value>
  void put(Value& value) {
    if constexpr (std::is_same_v<std::remove_const_t<Value>, bool>) {
      put_number(static_cast<std::uint8_t>(value ? 1 : 0));
    } else if constexpr (std::is_arithmetic_v<Value> || std::is_enum_v<Value>) {
      put_number(value);
    } else {
      transfer(*this, value);
    }
  }

  std::string bytes_;
};

/// Reads; after the first thing that cannot be, ok() is false and all that follows reads as empty.
class WireIn {
 public:
  explicit WireIn(std::string_view bytes) : rest_(bytes) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

  bool ok() const { return ok_; }
  /// Whether everything was read and nothing is left.
  bool done() const { return ok_ && rest_.empty(); }
  std::size_t rest() const { return rest_.size(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  template <typename Value>
  Value number() {
    Value value{};
    if (rest_.size() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (size > kMostWireText || size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  template <typename Value>
  void get(Value& value) {
    if constexpr (std::is_same_v<Value, bool>) {
      const auto byte = number<std::uint8_t>();
      if (byte > 1) fail();
      value = byte == 1;
    } else if constexpr (std::is_enum_v<Value>) {
      using Number = std::underlying_type_t<Value>;
      const auto read = number<Number>();
      // Each enum on the wire names its last one: last_of(Value).
      const auto wide = static_cast<std::int64_t>(read);
      if (wide < 0 || wide > static_cast<std::int64_t>(last_of(Value{}))) {
        fail();
        value = Value{};
      } else {
        value = static_cast<Value>(read);
      }
    } else if constexpr (std::is_arithmetic_v<Value>) {
      value = number<Value>();
    } else {
      transfer(*this, value);
    }
  }

  std::string_view rest_;
  bool ok_ = true;
};

template <typename Wire>
inline constexpr bool is_reading = std::is_same_v<Wire, WireIn>;

/// Types with members of their own: the transfer() beside them. Those of the language:
template <typename Wire>
void transfer(Wire& wire, std::string& text) {
  if constexpr (is_reading<Wire>)
    text = std::string(wire.text());
  else
    wire.put_text(text);
}

template <typename Wire, typename Value>
void transfer(Wire& wire, std::optional<Value>& value) {
  bool present = value.has_value();
  wire(present);
  if constexpr (is_reading<Wire>) {
    if (present) wire(value.emplace());
  } else if (present) {
    wire(*value);
  }
}

template <typename Wire, typename First, typename Second>
void transfer(Wire& wire, std::pair<First, Second>& value) {
  wire(value.first, value.second);
}

/// Elements are read one by one: a count that the bytes cannot hold ends with them, and costs no
/// memory. Every element takes a byte at least.
template <typename Wire, typename Value>
void transfer(Wire& wire, std::vector<Value>& values) {
  if constexpr (is_reading<Wire>) {
    const auto count = wire.template number<std::uint32_t>();
    values.clear();
    if (count > wire.rest()) wire.fail();
    for (std::uint32_t i = 0; i < count && wire.ok(); ++i) wire(values.emplace_back());
  } else {
    wire.put_number(static_cast<std::uint32_t>(values.size()));
    for (Value& value : values) wire(value);
  }
}

template <typename Wire, typename... Values>
void transfer(Wire& wire, std::variant<Values...>& value) {
  if constexpr (is_reading<Wire>) {
    const auto index = wire.template number<std::uint8_t>();
    std::size_t at = 0;
    const auto try_one = [&]<typename One>(std::type_identity<One>) {
      if (at++ == index) wire(value.template emplace<One>());
    };
    (try_one(std::type_identity<Values>{}), ...);
    if (index >= sizeof...(Values)) wire.fail();
  } else {
    wire.put_number(static_cast<std::uint8_t>(value.index()));
    std::visit([&](auto& one) { wire(one); }, value);
  }
}

template <typename Wire, typename Clock, typename Duration>
void transfer(Wire& wire, std::chrono::time_point<Clock, Duration>& time) {
  auto count = static_cast<std::int64_t>(time.time_since_epoch().count());
  wire(count);
  if constexpr (is_reading<Wire>) time = std::chrono::time_point<Clock, Duration>(Duration(count));
}

/// The bytes of one value.
template <typename Value>
std::string to_wire(Value value) {
  WireOut out;
  out(value);
  return out.take();
}

/// The value of which `bytes` are all the bytes; nothing where they are not.
template <typename Value>
std::optional<Value> from_wire(std::string_view bytes) {
  std::optional<Value> value(std::in_place);
  WireIn in(bytes);
  in(*value);
  if (!in.done()) value.reset();
  return value;
}

}  // namespace pidometer
