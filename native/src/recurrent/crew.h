// Threads that share out the parts of one piece of work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace lab::recurrent {

class Crew {
 public:
  // `threads`: of whoever calls Run, and of helpers that wait for it.
  explicit Crew(int threads);

  // Calls `part` with 0 .. parts-1, each once, on several threads, and returns when all are done. While the helpers are busy with
  // another caller's work, this one does its own alone.
  void Run(int64_t parts, const std::function<void(int64_t)>& part);

 private:
  struct Work;
  void Help();

  int helpers_;
  std::mutex one_caller_;
  std::mutex mutex_;
  std::condition_variable comes_, ends_;
  std::shared_ptr<Work> work_;
};

}  // namespace lab::recurrent
