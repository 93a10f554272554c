// What the recurrent kernels are told, and the kernels of one instruction set.
//
// All arrays are float32 and row-major, time first: [time, batch, width]. Where `mask` is 0 a state stays what it was, to the bit.
#pragma once

#include <cstdint>

namespace lab::recurrent {

// As in src/engine/runtime/recurrent-cells.ts, gates in the same order.
enum Cell { kVanilla, kLstm, kGru, kCells };

constexpr int kGates[kCells] = {1, 4, 3};
// Width of what the way forward saves for the way back, in units.
constexpr int kSaves[kCells] = {0, 4, 4};

struct Sizes {
  int64_t time, batch, units;
};

struct Forward {
  Sizes sizes;
  const float* x;       // [time, batch, gates * units]: the inputs' projection
  const float* kernel;  // [units, gates * units]
  const float* bias;    // [gates * units], added to the state's projection
  const float* mask;    // [time, batch], or null: all is real
  const float* drop;    // [batch, units], or null: multiplies the state on its way to the kernel
  float* h;             // out: [time, batch, units]
  float* c;             // out, LSTM: [time, batch, units], or null where nothing is kept
  float* saved;         // out: [time, batch, saves * units], or null
};

struct Backward {
  Sizes sizes;
  const float* dy;      // [time, batch, units]
  const float* kernel;  // [units, gates * units]
  const float* h;       // [time, batch, units]
  const float* c;       // LSTM: [time, batch, units]
  const float* saved;   // [time, batch, saves * units]
  const float* mask;    // [time, batch], or null
  const float* flow;    // [time, batch], or null: where it is 0 no gradient goes on to the state before
  const float* drop;    // [batch, units], or null
  float* dx;            // out: [time, batch, gates * units]
  float* dr;            // out, GRU: the gradient of the state's projection, where the others have one for both
  float* watched;       // out: [time, batch, units], the gradient of the loss by each state, or null
};

// The kernels of one instruction set. A packed kernel lies as its loops read it; rows of a batch are independent of each other, and
// what comes of a row does not depend on which others are computed with it.
struct Kernels {
  int rows;  // how many rows are computed together at most
  int64_t (*packed_floats)(Cell, Sizes, bool backward);
  void (*pack_forward)(Cell, const Forward&, float* packed);
  void (*pack_backward)(Cell, const Backward&, float* packed);
  // `scratch`: `scratch_floats` of them.
  int64_t (*scratch_floats)(Sizes);
  void (*forward)(Cell, const Forward&, const float* packed, int64_t row, int rows, float* scratch);
  void (*backward)(Cell, const Backward&, const float* packed, int64_t row, int rows, float* scratch);
};

const Kernels& PlainKernels();
#if defined(__x86_64__)
const Kernels& Avx2Kernels();
const Kernels& Avx512Kernels();
#endif

}  // namespace lab::recurrent
