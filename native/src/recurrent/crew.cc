#include "crew.h"

#include <atomic>
#include <thread>

#include "../denormals.h"

namespace lab::recurrent {

struct Crew::Work {
  const std::function<void(int64_t)>* part;
  int64_t parts;
  std::atomic<int64_t> next{0};
  int64_t done = 0;  // guarded by mutex_

  // Takes parts until none is left; returns how many.
  int64_t Take() {
    int64_t taken = 0;
    for (int64_t i; (i = next.fetch_add(1)) < parts; taken++) (*part)(i);
    return taken;
  }
};

// Helpers wait for ever: the process ends without them, as it does without TensorFlow's threads.
Crew::Crew(int threads) : helpers_(threads - 1) {
  for (int i = 0; i < helpers_; i++) std::thread(&Crew::Help, this).detach();
}

void Crew::Run(int64_t parts, const std::function<void(int64_t)>& part) {
  std::unique_lock<std::mutex> alone(one_caller_, std::try_to_lock);
  if (!alone.owns_lock() || helpers_ == 0 || parts < 2) {
    for (int64_t i = 0; i < parts; i++) part(i);
    return;
  }
  auto work = std::make_shared<Work>();
  work->part = &part;
  work->parts = parts;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = work;
  }
  comes_.notify_all();
  const int64_t taken = work->Take();
  std::unique_lock<std::mutex> lock(mutex_);
  work->done += taken;
  ends_.wait(lock, [&] { return work->done == parts; });
  work_ = nullptr;
}

void Crew::Help() {
  FlushDenormals flush;
  std::shared_ptr<Work> last;
  while (true) {
    std::shared_ptr<Work> work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      comes_.wait(lock, [&] { return work_ != nullptr && work_ != last; });
      work = last = work_;
    }
    const int64_t taken = work->Take();
    if (taken == 0) continue;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work->done += taken;
    }
    ends_.notify_one();
  }
}

}  // namespace lab::recurrent
