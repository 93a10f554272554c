#include "custom_calls.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "../denormals.h"
#include "calls.h"
#include "crew.h"

// Declarations of XLA's, whose headers do not come along (xla/service/custom_call_target_registry.h, custom_call_status.h). Weak: a
// TensorFlow that has them not loads all the same, and steps keep to loops.
struct XlaCustomCallStatus_;
extern "C" __attribute__((weak)) void XlaCustomCallStatusSetFailure(XlaCustomCallStatus_* status, const char* message, size_t length);
namespace xla {
class CustomCallTargetRegistry {
 public:
  __attribute__((weak)) static CustomCallTargetRegistry* Global();
  __attribute__((weak)) void Register(const std::string& symbol, void* address, const std::string& platform);
};
}  // namespace xla

namespace lab::recurrent {
namespace {

std::atomic<int> wanted_threads{0};

// The kernels for an instruction set, or null where this processor does not have it; of no name, the best that it has.
const Kernels* KernelsFor(const std::string& set) {
#if defined(__x86_64__)
  if (set == "avx512") return __builtin_cpu_supports("avx512f") ? &Avx512Kernels() : nullptr;
  if (set == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &Avx2Kernels() : nullptr;
#endif
  if (set == "plain") return &PlainKernels();
  if (!set.empty()) return nullptr;
  for (const char* one : {"avx512", "avx2"}) {
    if (const Kernels* kernels = KernelsFor(one)) return kernels;
  }
  return &PlainKernels();
}

std::atomic<const Kernels*> chosen{KernelsFor("")};

Crew& TheCrew() {
  static Crew* crew = [] {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return new Crew(std::max(1, wanted_threads > 0 ? wanted_threads.load() : cores));
  }();
  return *crew;
}

// What src/engine/runtime/recurrent-kernels.ts writes: "cell time batch units options", options a sum of the flags below.
struct Settings {
  Cell cell;
  Sizes sizes;
  int options;
};
enum Option { kMasked = 1, kDropped = 2, kTruncated = 4, kWatched = 8, kKeepsAll = 16 };

bool Read(const char* text, size_t length, Settings* settings) {
  const std::string copy(text, length);
  int cell = 0;
  long long time = 0, batch = 0, units = 0;
  if (std::sscanf(copy.c_str(), "%d %lld %lld %lld %d", &cell, &time, &batch, &units, &settings->options) != 5) return false;
  settings->cell = static_cast<Cell>(cell);
  settings->sizes = {time, batch, units};
  return cell >= 0 && cell < kCells && time > 0 && batch > 0 && units > 0;
}

// Rows are shared out as evenly as parts of at most kernels.rows allow.
template <class F>
void ForParts(int64_t batch, int most, F run) {
  const int64_t parts = (batch + most - 1) / most;
  // An even count: on two threads no part is left over.
  const int64_t even = batch > most ? std::min(batch, parts + parts % 2) : parts;
  TheCrew().Run(even, [&](int64_t i) {
    const int64_t first = batch * i / even, end = batch * (i + 1) / even;
    run(first, static_cast<int>(end - first));
  });
}

float* Scratch(int64_t floats) {
  thread_local std::vector<float> scratch;
  if (static_cast<int64_t>(scratch.size()) < floats) scratch.resize(static_cast<size_t>(floats));
  return scratch.data();
}

void Fail(XlaCustomCallStatus_* status, const char* name) {
  const std::string message = std::string(name) + ": its settings cannot be read";
  if (XlaCustomCallStatusSetFailure) XlaCustomCallStatusSetFailure(status, message.data(), message.size());
}

// Hands out the inputs or outputs of a call one after the other.
template <class P>
class Arguments {
 public:
  explicit Arguments(P* all) : next_(all) {}
  P Next(bool given = true) { return given ? *next_++ : nullptr; }

 private:
  P* next_;
};

// `out`: an array of results; of one result, that itself.
void ForwardCall(void* out, const void** in, const char* text, size_t length, XlaCustomCallStatus_* status) {
  Settings settings{};
  if (!Read(text, length, &settings)) return Fail(status, "recurrent forward");
  const auto& [cell, sizes, options] = settings;
  const bool keeps = options & kKeepsAll;
  Arguments<const float*> inputs(reinterpret_cast<const float**>(in));
  const bool has_several = keeps && cell != kVanilla;
  float* only = static_cast<float*>(out);
  Arguments<float*> outputs(has_several ? static_cast<float**>(out) : &only);
  Forward call{};
  call.sizes = sizes;
  call.x = inputs.Next();
  call.kernel = inputs.Next();
  call.bias = inputs.Next();
  call.mask = inputs.Next(options & kMasked);
  call.drop = inputs.Next(options & kDropped);
  call.h = outputs.Next();
  call.c = outputs.Next(keeps && cell == kLstm);
  call.saved = outputs.Next(keeps && kSaves[cell] > 0);
  const Kernels& kernels = *chosen.load();
  FlushDenormals flush;
  std::vector<float> packed(static_cast<size_t>(kernels.packed_floats(cell, sizes, false)));
  kernels.pack_forward(cell, call, packed.data());
  ForParts(sizes.batch, kernels.rows, [&](int64_t row, int rows) {
    kernels.forward(cell, call, packed.data(), row, rows, Scratch(kernels.scratch_floats(sizes)));
  });
}

void BackwardCall(void* out, const void** in, const char* text, size_t length, XlaCustomCallStatus_* status) {
  Settings settings{};
  if (!Read(text, length, &settings)) return Fail(status, "recurrent backward");
  const auto& [cell, sizes, options] = settings;
  Arguments<const float*> inputs(reinterpret_cast<const float**>(in));
  const bool has_several = cell == kGru || (options & kWatched);
  float* only = static_cast<float*>(out);
  Arguments<float*> outputs(has_several ? static_cast<float**>(out) : &only);
  Backward call{};
  call.sizes = sizes;
  call.dy = inputs.Next();
  call.kernel = inputs.Next();
  call.h = inputs.Next();
  call.c = inputs.Next(cell == kLstm);
  call.saved = inputs.Next(kSaves[cell] > 0);
  call.mask = inputs.Next(options & kMasked);
  call.drop = inputs.Next(options & kDropped);
  call.flow = inputs.Next(options & kTruncated);
  call.dx = outputs.Next();
  call.dr = outputs.Next(cell == kGru);
  call.watched = outputs.Next(options & kWatched);
  const Kernels& kernels = *chosen.load();
  FlushDenormals flush;
  std::vector<float> packed(static_cast<size_t>(kernels.packed_floats(cell, sizes, true)));
  kernels.pack_backward(cell, call, packed.data());
  ForParts(sizes.batch, kernels.rows, [&](int64_t row, int rows) {
    kernels.backward(cell, call, packed.data(), row, rows, Scratch(kernels.scratch_floats(sizes)));
  });
}

}  // namespace

namespace {

// How many floats each input and output of a call has.
struct Counts {
  std::vector<int64_t> inputs, outputs;
};

Counts CountsOf(bool backward, const Settings& settings) {
  const auto& [cell, sizes, options] = settings;
  const int64_t places = sizes.time * sizes.batch, units = sizes.units, width = kGates[cell] * units;
  const int64_t states = places * units, saves = places * kSaves[cell] * units;
  Counts counts;
  auto add = [](std::vector<int64_t>& to, bool given, int64_t count) {
    if (given) to.push_back(count);
  };
  if (backward) {
    counts.inputs = {states, units * width, states};
    add(counts.inputs, cell == kLstm, states);
    add(counts.inputs, kSaves[cell] > 0, saves);
    counts.outputs = {places * width};
    add(counts.outputs, cell == kGru, places * width);
    add(counts.outputs, options & kWatched, states);
  } else {
    const bool keeps = options & kKeepsAll;
    counts.inputs = {places * width, units * width, width};
    counts.outputs = {states};
    add(counts.outputs, keeps && cell == kLstm, states);
    add(counts.outputs, keeps && kSaves[cell] > 0, saves);
  }
  add(counts.inputs, options & kMasked, places);
  add(counts.inputs, options & kDropped, sizes.batch * units);
  add(counts.inputs, backward && (options & kTruncated), places);
  return counts;
}

std::string Compare(const char* what, const std::vector<int64_t>& expected, const std::vector<Floats>& given) {
  auto text = [](const std::vector<int64_t>& counts) {
    std::string all;
    for (int64_t count : counts) all += (all.empty() ? "" : ", ") + std::to_string(count);
    return "[" + all + "]";
  };
  std::vector<int64_t> counts;
  for (const Floats& one : given) counts.push_back(one.count);
  return counts == expected ? "" : std::string("Expected ") + what + " of " + text(expected) + " numbers, got " + text(counts);
}

}  // namespace

std::string Call(const std::string& target, const std::string& text, const std::vector<Floats>& inputs,
                 const std::vector<Floats>& outputs) {
  const bool backward = target == kBackward;
  if (!backward && target != kForward) return "Unknown custom call \"" + target + "\"";
  Settings settings{};
  if (!Read(text.data(), text.size(), &settings)) return "Expected settings as cell, time, batch, units, options, got \"" + text + "\"";
  const Counts counts = CountsOf(backward, settings);
  std::string wrong = Compare("inputs", counts.inputs, inputs);
  if (wrong.empty()) wrong = Compare("outputs", counts.outputs, outputs);
  if (!wrong.empty()) return wrong;
  std::vector<const void*> in;
  std::vector<void*> out;
  for (const Floats& one : inputs) in.push_back(one.data);
  for (const Floats& one : outputs) out.push_back(one.data);
  void* results = out.size() == 1 ? out[0] : static_cast<void*>(out.data());
  (backward ? BackwardCall : ForwardCall)(results, in.data(), text.data(), text.size(), nullptr);
  return "";
}

bool RegisterCustomCalls() {
  static const bool registered = [] {
    if (&xla::CustomCallTargetRegistry::Global == nullptr) return false;
    xla::CustomCallTargetRegistry* registry = xla::CustomCallTargetRegistry::Global();
    registry->Register(kForward, reinterpret_cast<void*>(&ForwardCall), "Host");
    registry->Register(kBackward, reinterpret_cast<void*>(&BackwardCall), "Host");
    return true;
  }();
  return registered;
}

bool Choose(const std::string& set) {
  const Kernels* kernels = KernelsFor(set);
  if (kernels) chosen = kernels;
  return kernels != nullptr;
}

void SetThreads(int threads) { wanted_threads = threads; }

}  // namespace lab::recurrent
