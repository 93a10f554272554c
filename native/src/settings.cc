// What TensorFlow is told through its environment and its log level before it initialises itself.
//
// TF_CPP_MIN_LOG_LEVEL says what comes through of its log lines on the error stream: 0 everything, 1 warnings, 2 errors, 3 fatal
// errors. TensorFlow itself reads it only after its first line ("oneDNN custom operations are on"), and takes 0 when it is not set;
// we take 2: what is no error is not for the person at the screen.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tensorflow/c/c_api.h"

// absl::SetMinLogLevel of the Abseil inside TensorFlow 2.21, whose headers do not come along. Weak: a TensorFlow with another
// Abseil has no function of this name; it loads all the same, and logs as it likes.
extern "C" __attribute__((weak)) void _ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE(int severity);

namespace {

void QuietLogs() {
  auto* setMinLogLevel = &_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE;
  if (setMinLogLevel == nullptr) return;
  const char* wanted = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  setMinLogLevel(wanted == nullptr ? 2 : std::clamp(std::atoi(wanted), 0, 3));
}

// Passes of XLA for the processor that are off by default: loops over the same arrays become one, and copies that the order of
// operations makes needless are left out. Results are the same to the bit; a step of lab 1 takes 9 % less. What a person has set
// stands after it, and so counts. Only for the version that it was tried with: XLA ends the process over a flag that it does not know.
void FuseLoops() {
  const std::string flags =
      "--xla_backend_extra_options=xla_cpu_use_multi_output_fusion=true --xla_cpu_copy_insertion_use_region_analysis=true";
  if (std::strncmp(TF_Version(), "2.21.", 5) != 0) return;
  const char* given = std::getenv("XLA_FLAGS");
  std::string all = given == nullptr ? flags : flags + " " + given;
  if (given == nullptr || std::string(given).find(flags) == std::string::npos) setenv("XLA_FLAGS", all.c_str(), 1);
}

// That first line comes from the initialisation of TensorFlow's library. So this runs even before it: binding.gyp links the addon
// with `-z initfirst`. It may, because Abseil keeps the level in a variable that needs no initialisation, and TF_Version returns a
// constant.
__attribute__((constructor)) void BeforeTensorFlow() {
  QuietLogs();
  FuseLoops();
}

}  // namespace
