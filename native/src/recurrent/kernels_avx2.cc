// For x86-64 with AVX2 and FMA (compiled with -mavx2 -mfma: see binding.gyp): 16 registers of 256 bits.
#define LAB_ISA avx2
#define LAB_WIDTH 8
#define LAB_ROWS 3
#include "kernels.inc"

const lab::recurrent::Kernels& lab::recurrent::Avx2Kernels() { return avx2::kKernels; }
