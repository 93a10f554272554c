// The recurrent kernels as custom calls of XLA: what `XlaCustomCallV2` names in a compiled step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lab::recurrent {

// The op that makes a custom call, and what ours are called.
constexpr char kOp[] = "XlaCustomCallV2";
constexpr char kForward[] = "gradient_lab_recurrent_forward";
constexpr char kBackward[] = "gradient_lab_recurrent_backward";

struct Floats {
  float* data;
  int64_t count;
};

// Makes the call that XLA would make; returns what is wrong with it, or nothing.
std::string Call(const std::string& target, const std::string& settings, const std::vector<Floats>& inputs,
                 const std::vector<Floats>& outputs);

// Makes the kernels known to XLA, once a process; false where its registry is not to be had, so that steps keep to loops.
bool RegisterCustomCalls();

// Chooses the kernels for an instruction set ("avx512", "avx2", "plain"; "" the best); false where this processor has it not.
bool Choose(const std::string& set);

// How many threads the kernels may use, 0 for as many as there are cores; heard before their first call.
void SetThreads(int threads);

}  // namespace lab::recurrent
