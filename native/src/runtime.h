// TensorFlow's eager context, the tensors that JavaScript holds (by number), the open capture and the compiled functions.
//
// Lives once in a Node environment (its instance data) and is freed with it. Not thread safe, but for Execute of a call that
// was prepared on the JavaScript thread.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capture.h"
#include "handles.h"
#include "op_definitions.h"

namespace lab {

struct RuntimeOptions {
  int intraOpThreads = 0;  // 0: TensorFlow's own default, one a core
  int interOpThreads = 0;
  bool useGpu = true;
};

// What JavaScript holds under a number: a tensor with values, or a place in a graph under construction.
struct Entry {
  TensorHandlePtr handle;  // null when symbolic
  TF_Output output{nullptr, 0};
  int64_t capture = -1;  // serial number of the capture that a symbolic entry belongs to
  std::vector<int64_t> shape;  // of a symbolic entry
  TF_DataType dtype = TF_FLOAT;
};

struct TensorMeta {
  int64_t id;
  std::vector<int64_t> shape;
  TF_DataType dtype;
};

// A function that TensorFlow's contexts know for as long as this lives: calls that are under way hold it.
struct CapturedFunction {
  CapturedFunction() = default;
  CapturedFunction(const CapturedFunction&) = delete;
  CapturedFunction& operator=(const CapturedFunction&) = delete;
  ~CapturedFunction();
  // Adds the function, and those that it calls, to a context that does not have it yet.
  void MakeKnownTo(const std::shared_ptr<TFE_Context>& context);

  std::vector<std::shared_ptr<TFE_Context>> contexts;  // those that know the function
  std::string name;
  FunctionPtr function;
  std::vector<TensorHandlePtr> held;  // values of tensors from outside, passed after the inputs on every call
  std::vector<TensorMeta> lifted;     // tensors from outside that the caller must pass on (inside another capture)
  std::vector<std::shared_ptr<CapturedFunction>> inner;  // functions that this one calls
  size_t inputs = 0;  // those that a caller gives
  int outputs = 0;
  int64_t nodes = 0;
  size_t constantBytes = 0;
};

// One call of a captured function, ready to run on any thread. Holds its inputs and the function; made and freed on the
// JavaScript thread.
class PreparedCall {
 public:
  // `rewraps`: the results are to be used in other contexts than the op's.
  PreparedCall(std::shared_ptr<CapturedFunction> function, EagerOpPtr op, bool rewraps)
      : function_(std::move(function)), op_(std::move(op)), rewraps_(rewraps), results_(function_->outputs, nullptr) {}
  ~PreparedCall();
  void Execute();
  std::vector<TensorHandlePtr> TakeResults();

 private:
  std::shared_ptr<CapturedFunction> function_;
  EagerOpPtr op_;
  bool rewraps_;
  std::vector<TFE_TensorHandle*> results_;
};

class Runtime {
 public:
  // Must come before the first tensor; throws once the context exists. 0 to 1024 threads.
  void Configure(const RuntimeOptions& options);
  Napi::Array Devices(Napi::Env env);
  bool UsesGpu();

  int64_t CreateTensor(const std::vector<int64_t>& shape, TF_DataType dtype, const Napi::Value& values);
  void DeleteTensor(int64_t id);
  Napi::Value TensorValues(Napi::Env env, int64_t id);
  size_t TensorCount() const { return tensors_.size(); }

  // Runs the op, or adds it to the open capture.
  std::vector<TensorMeta> ExecuteOp(const std::string& name, const Napi::Array& attributes,
                                    const std::vector<int64_t>& inputs, int outputs);

  bool Capturing() const { return !captures_.empty(); }
  void BeginCapture();
  TensorMeta AddInput(const std::vector<int64_t>& shape, TF_DataType dtype);
  // With `returnLifted` the function also hands back, after its outputs, each tensor from outside that it takes after its
  // inputs: what a loop's body must do. One that is `apart` is never merged into the graph that calls it.
  const CapturedFunction& EndCapture(const std::string& name, const std::vector<int64_t>& inputs,
                                     const std::vector<int64_t>& outputs, bool returnLifted, bool apart);
  void AbortCapture();
  // Tensors whose value changes (variables): using one inside a capture without passing it in is an error.
  void SetMutable(std::vector<int64_t> ids);

  // With `oneThread` the call runs in a context of its own that has one thread for the work inside an op (on the processor).
  std::unique_ptr<PreparedCall> Prepare(const std::string& name, const std::vector<int64_t>& inputs, bool xla, bool oneThread);
  std::vector<TensorMeta> Register(std::vector<TensorHandlePtr> handles);
  // Forgets the function and those that it calls; a call that is under way keeps them until it is done.
  void RemoveFunction(const std::string& name);
  std::string FunctionDefinition(const std::string& name);

 private:
  std::shared_ptr<TFE_Context> Context();
  std::shared_ptr<TFE_Context> OneThreadContext();
  Entry& Find(int64_t id, const std::string& doing);
  TF_Output InCapture(int64_t id, const std::string& op);
  std::vector<TensorMeta> RunOp(const std::string& name, const Napi::Array& attributes, const std::vector<int64_t>& inputs,
                                int outputs);
  // Our own custom call, which has no kernel outside of XLA.
  std::vector<TensorMeta> RunCustomCall(const Napi::Array& attributes, const std::vector<int64_t>& inputs);
  std::vector<TensorMeta> CaptureOp(const std::string& name, const Napi::Array& attributes,
                                    const std::vector<int64_t>& inputs, int outputs);

  RuntimeOptions options_;
  std::shared_ptr<TFE_Context> context_;
  std::shared_ptr<TFE_Context> oneThreadContext_;
  std::unordered_map<int64_t, Entry> tensors_;
  std::unordered_set<int64_t> mutable_;
  std::vector<std::unique_ptr<Capture>> captures_;
  std::unordered_map<std::string, std::shared_ptr<CapturedFunction>> functions_;
  OpDefinitions definitions_;
  int64_t nextId_ = 1;
  int64_t nextCapture_ = 0;
};

}  // namespace lab
