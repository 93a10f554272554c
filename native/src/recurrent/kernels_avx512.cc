// For x86-64 with AVX-512 F (compiled with -mavx512f -mfma: see binding.gyp): 32 registers of 512 bits.
#define LAB_ISA avx512
#define LAB_WIDTH 16
#define LAB_ROWS 6
#include "kernels.inc"

const lab::recurrent::Kernels& lab::recurrent::Avx512Kernels() { return avx512::kKernels; }
