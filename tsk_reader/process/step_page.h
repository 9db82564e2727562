#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tsk_reader/process/step.h"

namespace pidometer {

/// What a reader was at, as its page said.
struct StepSeen {
  Step step = Step::none;
  std::string volume;
  std::string path;

  std::string words() const { return step_words(step, volume, path); }
  friend bool operator==(const StepSeen&, const StepSeen&) = default;
};

/// What a reader is to leave out, and why.
struct LeftOut {
  StepSeen what;
  std::string reason;
};

/// Memory that a process shares with its readers: the child notes its step there, and
/// after its death the parent reads it. The bytes are the child's to shape: seen() checks them.
class StepPage {
 public:
  /// Memory of its own, not yet shared with anyone. Null inside where the system gives none: notes
  /// are lost then.
  StepPage();
  /// The page of another process, whose descriptor() this is; it is not closed.
  explicit StepPage(int descriptor);
  StepPage(const StepPage&) = delete;
  StepPage& operator=(const StepPage&) = delete;
  ~StepPage();

  void write(Step step, std::string_view volume, std::string_view path);
  StepSeen seen() const;
  /// For a process that is to have the page and is no fork of this one; -1 where there is none.
  int descriptor() const { return descriptor_; }
  /// The memory itself, for tests that shape it.
  std::byte* bytes() { return page_; }

  static constexpr std::size_t kBytes = 8192;

 private:
  void map(int kind, int descriptor);

  std::byte* page_ = nullptr;
  int descriptor_ = -1;
};

/// Notes steps on a page.
class PageStepNote final : public StepNote {
 public:
  explicit PageStepNote(StepPage& page) : page_(page) {}
  void leave_out(std::vector<LeftOut> left_out) { left_out_ = std::move(left_out); }

  void at(Step step, std::string_view volume, std::string_view path) override {
    page_.write(step, volume, path);
  }
  std::optional<std::string> leaves_out(Step step, std::string_view volume,
                                        std::string_view path) const override {
    for (const LeftOut& one : left_out_)
      if (one.what.step == step && one.what.volume == volume && one.what.path == path)
        return one.reason;
    return std::nullopt;
  }

 private:
  StepPage& page_;
  std::vector<LeftOut> left_out_;
};

}  // namespace pidometer
