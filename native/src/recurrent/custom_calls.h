// The recurrent kernels as custom calls of XLA: what `XlaCustomCallV2` names in a compiled step.
#pragma once

#include <string>

namespace lab::recurrent {

// Makes the kernels known to XLA, once a process; false where its registry is not to be had, so that steps keep to loops.
bool RegisterCustomCalls();

// Chooses the kernels for an instruction set ("avx512", "avx2", "plain"; "" the best); false where this processor has it not.
bool Choose(const std::string& set);

// How many threads the kernels may use, 0 for as many as there are cores; heard before their first call.
void SetThreads(int threads);

}  // namespace lab::recurrent
