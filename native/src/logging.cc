// TensorFlow's log lines on the error stream: what is no error is not for the person at the screen.
//
// TF_CPP_MIN_LOG_LEVEL says what comes through: 0 everything, 1 warnings, 2 errors, 3 fatal errors. TensorFlow itself reads it
// only after its first line ("oneDNN custom operations are on"), and takes 0 when it is not set; we take 2.
#include <algorithm>
#include <cstdlib>

// absl::SetMinLogLevel of the Abseil inside TensorFlow 2.21, whose headers do not come along. Weak: a TensorFlow with another
// Abseil has no function of this name; it loads all the same, and logs as it likes.
extern "C" __attribute__((weak)) void _ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE(int severity);

namespace {

// That first line comes from the initialisation of TensorFlow's library. So this runs even before it: binding.gyp links the addon
// with `-z initfirst`. It may, because Abseil keeps the level in a variable that needs no initialisation.
__attribute__((constructor)) void QuietLogs() {
  auto* setMinLogLevel = &_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE;
  if (setMinLogLevel == nullptr) return;
  const char* wanted = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  setMinLogLevel(wanted == nullptr ? 2 : std::clamp(std::atoi(wanted), 0, 3));
}

}  // namespace
