// Tensors between JavaScript and TensorFlow: typed arrays (and lists of byte strings) in and out.
#pragma once

#include <napi.h>

#include <cstdint>
#include <vector>

#include "handles.h"

namespace lab {

// A new tensor with a copy of `values` (a typed array of exactly the right number of bytes, or for TF_STRING an array of
// Uint8Array). JavaScript's memory is never shared: the garbage collector may move on while a thread still reads.
TensorPtr TensorFromValues(const std::vector<int64_t>& shape, TF_DataType dtype, const Napi::Value& values);

// A typed array with a copy of the tensor's values; strings become an array of Uint8Array.
Napi::Value ValuesFromTensor(Napi::Env env, const TF_Tensor* tensor);

// A number[] or Int32Array as 64-bit integers.
std::vector<int64_t> Integers(const Napi::Value& value);

Napi::Array ShapeToArray(Napi::Env env, const std::vector<int64_t>& shape);

std::vector<int64_t> ShapeOf(TFE_TensorHandle* handle);

std::string ShapeText(const std::vector<int64_t>& shape);

}  // namespace lab
