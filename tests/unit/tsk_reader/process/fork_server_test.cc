#include "tsk_reader/process/fork_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "tsk_reader/process/messages.h"
#include "tsk_reader/process/reader_process.h"

namespace pidometer {
namespace {

/// Taken by this process before a reader starts, and never given back in what is forked then.
std::mutex g_lock;

void answer(const ReaderDescriptors& own, const std::string& words) {
  receive_message(own.requests);
  send_message(own.replies, to_wire<Reply>(Error{ErrorKind::usage, words, {}, {}}));
}

/// Says who its parent is, and takes the lock.
void name_parent(const ReaderDescriptors& own, PageStepNote& steps) {
  steps.at(Step::file_system, "p2", {});
  const std::scoped_lock lock(g_lock);
  answer(own, std::to_string(::getppid()));
}

/// What a reader says that does as `body`; empty where none starts or it says nothing.
std::string said(const ReaderBody& body, StepSeen* step = nullptr) {
  ReaderOptions options;
  options.step_limit = std::chrono::seconds(5);
  auto started = ReaderProcess::start(OpenPolicy({}), options, body);
  if (!started) return {};
  ReaderProcess& process = **started;
  process.send(to_wire<Request>(ReportRequest{}));
  const std::optional<Message> message = process.receive();
  if (step != nullptr) *step = process.step();
  const std::optional<Reply> reply = message ? from_wire<Reply>(message->head) : std::nullopt;
  const Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr;
  return error == nullptr ? std::string() : error->message;
}

/// The process whose child forks readers here, by the system's word.
pid_t server_pid() {
  pid_t pid = -1;
  std::ifstream("/proc/self/task/" + std::to_string(::gettid()) + "/children") >> pid;
  return pid;
}

TEST(ForkServer, ReadersAreChildrenOfTheProgram) {
  const auto server = ForkServer::start();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(ForkServer::running(), server.get());
  StepSeen step;
  EXPECT_EQ(said(name_parent, &step), std::to_string(::getpid()));
  EXPECT_EQ(step.words(), "opening the filesystem of p2");
}

TEST(ForkServer, ThereIsOne) {
  auto server = ForkServer::start();
  EXPECT_EQ(ForkServer::start(), nullptr);
  server.reset();
  EXPECT_EQ(ForkServer::running(), nullptr);
  EXPECT_NE(ForkServer::start(), nullptr);
}

TEST(ForkServer, ALockOfAThreadIsNoneOfAReaders) {
  const auto server = ForkServer::start();
  const std::scoped_lock held(g_lock);
  EXPECT_EQ(said(name_parent), std::to_string(::getpid()));
}

TEST(ForkServer, FromAThreadThatEnds) {
  const auto server = ForkServer::start();
  std::string words;
  std::thread([&] { words = said(name_parent); }).join();
  EXPECT_EQ(words, std::to_string(::getpid()));
}

TEST(ForkServer, WithoutItTheProgramForks) {
  const auto server = ForkServer::start();
  ASSERT_EQ(::kill(server_pid(), SIGKILL), 0);
  EXPECT_EQ(said(name_parent), std::to_string(::getpid()));
}

TEST(ForkServer, WhatIsNoPlainFunctionIsForkedByTheProgram) {
  const auto server = ForkServer::start();
  const std::string here = "known here";
  EXPECT_EQ(said([&here](const ReaderDescriptors& own, PageStepNote&) { answer(own, here); }),
            here);
}

}  // namespace
}  // namespace pidometer
