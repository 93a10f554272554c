// One guard class for each kind of TensorFlow handle, so that every early return and every exception frees what it holds.
#pragma once

#include <memory>
#include <string>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/eager/c_api_experimental.h"

namespace lab {

template <class T, void (*Delete)(T*)>
struct Deleter {
  void operator()(T* handle) const { Delete(handle); }
};
template <class T, void (*Delete)(T*)>
using Handle = std::unique_ptr<T, Deleter<T, Delete>>;

using TensorPtr = Handle<TF_Tensor, TF_DeleteTensor>;
using TensorHandlePtr = Handle<TFE_TensorHandle, TFE_DeleteTensorHandle>;
using EagerOpPtr = Handle<TFE_Op, TFE_DeleteOp>;
using ContextPtr = Handle<TFE_Context, TFE_DeleteContext>;
using ContextOptionsPtr = Handle<TFE_ContextOptions, TFE_DeleteContextOptions>;
using GraphPtr = Handle<TF_Graph, TF_DeleteGraph>;
using FunctionPtr = Handle<TF_Function, TF_DeleteFunction>;
using BufferPtr = Handle<TF_Buffer, TF_DeleteBuffer>;
using DeviceListPtr = Handle<TF_DeviceList, TF_DeleteDeviceList>;

// What went wrong, in TensorFlow's own words, with what was being done in front.
class Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;

  operator TF_Status*() { return status_; }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  std::string message() const { return TF_Message(status_); }

  // Throws when the last call failed. `doing` names the op or the call.
  void Check(const std::string& doing) const {
    if (!ok()) throw Error(doing + ": " + message());
  }

 private:
  TF_Status* status_;
};

}  // namespace lab
