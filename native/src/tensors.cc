#include "tensors.h"

#include <cstring>

#include "tensorflow/c/tf_tstring.h"

namespace lab {
namespace {

TensorPtr StringTensor(const std::vector<int64_t>& shape, size_t count, const Napi::Value& values) {
  if (!values.IsArray()) throw Error("createTensor: Expected an array of Uint8Array for a string tensor");
  Napi::Array array = values.As<Napi::Array>();
  if (array.Length() != count) {
    throw Error("createTensor: Expected " + std::to_string(count) + " strings for shape " + ShapeText(shape) + ", got " +
                std::to_string(array.Length()));
  }
  TensorPtr tensor(TF_AllocateTensor(TF_STRING, shape.data(), static_cast<int>(shape.size()), count * sizeof(TF_TString)));
  if (!tensor) throw Error("createTensor: out of memory for " + std::to_string(count) + " strings");
  auto* strings = static_cast<TF_TString*>(TF_TensorData(tensor.get()));
  for (size_t i = 0; i < count; i++) TF_TString_Init(&strings[i]);
  for (uint32_t i = 0; i < count; i++) {
    Napi::Value item = array[i];
    if (!item.IsTypedArray()) throw Error("createTensor: Expected Uint8Array elements in a string tensor");
    auto bytes = item.As<Napi::Uint8Array>();
    TF_TString_Copy(&strings[i], reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return tensor;
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
  if (!values.IsTypedArray()) throw Error("createTensor: Expected a typed array");
  auto array = values.As<Napi::TypedArray>();
  size_t bytes = count * TF_DataTypeSize(dtype);
  if (array.ByteLength() != bytes) {
    throw Error("createTensor: Expected " + std::to_string(bytes) + " bytes for shape " + ShapeText(shape) + ", got " +
                std::to_string(array.ByteLength()));
  }
  TensorPtr tensor(TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes));
  if (!tensor) throw Error("createTensor: out of memory: " + std::to_string(bytes) + " bytes");
  auto* source = static_cast<const uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
  if (bytes > 0) std::memcpy(TF_TensorData(tensor.get()), source, bytes);
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
    for (uint32_t i = 0; i < array.Length(); i++) result[i] = array.Get(i).ToNumber().Int64Value();
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
