#include "tensors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "tensorflow/c/tf_tstring.h"

namespace lab {
namespace {

// Frees the strings of a tensor, and then the tensor's memory: TensorFlow frees only the latter.
void FreeStrings(void* data, size_t bytes, void*) {
  auto* strings = static_cast<TF_TString*>(data);
  for (size_t i = 0; i < bytes / sizeof(TF_TString); i++) TF_TString_Dealloc(&strings[i]);
  std::free(data);
}

TensorPtr StringTensor(const std::vector<int64_t>& shape, size_t count, const Napi::Value& values) {
  if (!values.IsArray()) throw Error("createTensor: Expected an array of Uint8Array for a string tensor");
  Napi::Array array = values.As<Napi::Array>();
  if (array.Length() != count) {
    throw Error("createTensor: Expected " + std::to_string(count) + " strings for shape " + ShapeText(shape) + ", got " +
                std::to_string(array.Length()));
  }
  size_t bytes = count * sizeof(TF_TString);
  // One byte at least, so that there is an address; aligned as the strings are.
  auto* strings = static_cast<TF_TString*>(std::malloc(std::max<size_t>(bytes, 1)));
  if (!strings) throw Error("createTensor: out of memory for " + std::to_string(count) + " strings");
  for (size_t i = 0; i < count; i++) TF_TString_Init(&strings[i]);
  TensorPtr tensor(TF_NewTensor(TF_STRING, shape.data(), static_cast<int>(shape.size()), strings, bytes, FreeStrings, nullptr));
  if (!tensor) throw Error("createTensor: out of memory for " + std::to_string(count) + " strings");
  for (uint32_t i = 0; i < count; i++) {
    Napi::Value item = array[i];
    if (!item.IsTypedArray() || item.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
      throw Error("createTensor: Expected Uint8Array elements in a string tensor");
    }
    auto string = item.As<Napi::Uint8Array>();
    TF_TString_Copy(&strings[i], reinterpret_cast<const char*>(string.Data()), string.ByteLength());
  }
  return tensor;
}

// The memory of a typed array, also of one in shared memory, which Napi::TypedArray cannot reach.
const void* DataOf(const Napi::TypedArray& array) {
  void* data = nullptr;
  napi_status status = napi_get_typedarray_info(array.Env(), array, nullptr, nullptr, &data, nullptr, nullptr);
  if (status != napi_ok) throw Error("createTensor: the typed array cannot be read");
  return data;
}

bool HasPlainValues(TF_DataType dtype) {
  switch (dtype) {
    case TF_FLOAT:
    case TF_DOUBLE:
    case TF_INT32:
    case TF_INT64:
    case TF_UINT8:
    case TF_UINT16:
    case TF_UINT32:
    case TF_BOOL:
    case TF_COMPLEX64:
      return true;
    default:
      return false;
  }
}

template <class Array>
Napi::Value Copy(Napi::Env env, const TF_Tensor* tensor) {
  size_t bytes = TF_TensorByteSize(tensor);
  auto array = Array::New(env, bytes / sizeof(*std::declval<Array>().Data()));
  if (bytes > 0) std::memcpy(array.Data(), TF_TensorData(tensor), bytes);
  return array;
}

}  // namespace

TensorPtr TensorFromValues(const std::vector<int64_t>& shape, TF_DataType dtype, const Napi::Value& values) {
  size_t count = 1;
  for (int64_t size : shape) {
    if (size < 0) throw Error("createTensor: Invalid shape " + ShapeText(shape) + ": sizes cannot be negative");
    if (__builtin_mul_overflow(count, static_cast<size_t>(size), &count)) {
      throw Error("createTensor: Invalid shape " + ShapeText(shape) + ": too many elements");
    }
  }
  if (dtype == TF_STRING) return StringTensor(shape, count, values);
  if (!HasPlainValues(dtype)) throw Error("createTensor: Unsupported dtype " + std::to_string(dtype));
  if (!values.IsTypedArray()) throw Error("createTensor: Expected a typed array");
  auto array = values.As<Napi::TypedArray>();
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, TF_DataTypeSize(dtype), &bytes)) {
    throw Error("createTensor: Invalid shape " + ShapeText(shape) + ": too many elements");
  }
  if (array.ByteLength() != bytes) {
    throw Error("createTensor: Expected " + std::to_string(bytes) + " bytes for shape " + ShapeText(shape) + ", got " +
                std::to_string(array.ByteLength()));
  }
  TensorPtr tensor(TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes));
  if (!tensor) throw Error("createTensor: out of memory: " + std::to_string(bytes) + " bytes");
  if (bytes > 0) std::memcpy(TF_TensorData(tensor.get()), DataOf(array), bytes);
  return tensor;
}

Napi::Value ValuesFromTensor(Napi::Env env, const TF_Tensor* tensor) {
  switch (TF_TensorType(tensor)) {
    case TF_FLOAT:
    case TF_COMPLEX64:
      return Copy<Napi::Float32Array>(env, tensor);
    case TF_DOUBLE:
      return Copy<Napi::Float64Array>(env, tensor);
    case TF_INT32:
      return Copy<Napi::Int32Array>(env, tensor);
    case TF_INT64:
      return Copy<Napi::BigInt64Array>(env, tensor);
    case TF_UINT16:
      return Copy<Napi::Uint16Array>(env, tensor);
    case TF_UINT32:
      return Copy<Napi::Uint32Array>(env, tensor);
    case TF_BOOL:
    case TF_UINT8:
      return Copy<Napi::Uint8Array>(env, tensor);
    case TF_STRING: {
      size_t count = static_cast<size_t>(TF_TensorElementCount(tensor));
      auto* strings = static_cast<const TF_TString*>(TF_TensorData(tensor));
      Napi::Array array = Napi::Array::New(env, count);
      for (size_t i = 0; i < count; i++) {
        size_t size = TF_TString_GetSize(&strings[i]);
        auto bytes = Napi::Uint8Array::New(env, size);
        if (size > 0) std::memcpy(bytes.Data(), TF_TString_GetDataPointer(&strings[i]), size);
        array[static_cast<uint32_t>(i)] = bytes;
      }
      return array;
    }
    default:
      throw Error("tensorDataSync: Unsupported dtype " + std::to_string(TF_TensorType(tensor)));
  }
}

std::vector<int64_t> Integers(const Napi::Value& value) {
  std::vector<int64_t> result;
  if (value.IsTypedArray()) {
    auto typed = value.As<Napi::TypedArray>();
    if (typed.TypedArrayType() != napi_int32_array) throw Error("Expected a number[] or an Int32Array");
    auto array = value.As<Napi::Int32Array>();
    result.assign(array.Data(), array.Data() + array.ElementLength());
  } else if (value.IsArray()) {
    auto array = value.As<Napi::Array>();
    result.resize(array.Length());
    for (uint32_t i = 0; i < array.Length(); i++) {
      Napi::Value item = array[i];
      double number = item.IsNumber() ? item.As<Napi::Number>().DoubleValue() : NAN;
      // The negated comparison catches NaN too.
      if (!(std::abs(number) <= 9007199254740992.0) || number != std::floor(number)) throw Error("Expected whole numbers in an array");
      result[i] = static_cast<int64_t>(number);
    }
  } else {
    throw Error("Expected a number[] or an Int32Array");
  }
  return result;
}

Napi::Array ShapeToArray(Napi::Env env, const std::vector<int64_t>& shape) {
  Napi::Array array = Napi::Array::New(env, shape.size());
  for (uint32_t i = 0; i < shape.size(); i++) array[i] = static_cast<double>(shape[i]);
  return array;
}

std::vector<int64_t> ShapeOf(TFE_TensorHandle* handle) {
  Status status;
  int rank = TFE_TensorHandleNumDims(handle, status);
  status.Check("shape of a tensor");
  std::vector<int64_t> shape(rank > 0 ? rank : 0);
  for (int i = 0; i < rank; i++) {
    shape[i] = TFE_TensorHandleDim(handle, i, status);
    status.Check("shape of a tensor");
  }
  return shape;
}

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace lab
