// For processors of which nothing more is known: 128 bits, as NEON and SSE have them.
#define LAB_ISA plain
#define LAB_WIDTH 4
#define LAB_ROWS 3
#include "kernels.inc"

const lab::recurrent::Kernels& lab::recurrent::PlainKernels() { return plain::kKernels; }
