#include "runtime.h"

#include <algorithm>
#include <cstdlib>

#include "attributes.h"
#include "denormals.h"
#include "recurrent/custom_calls.h"
#include "tensors.h"

namespace lab {
namespace {

// More than any op has that JavaScript asks for: a wrong number must not take memory by the gigabyte.
constexpr int kMostOutputs = 65536;
constexpr int kMostThreads = 1024;

void AppendVarint(std::string* bytes, uint64_t value) {
  while (value >= 128) {
    *bytes += static_cast<char>((value & 127) | 128);
    value >>= 7;
  }
  *bytes += static_cast<char>(value);
}

// A serialized ConfigProto (tensorflow/core/protobuf/config.proto): device_count = 1 (map<string, int32>),
// intra_op_parallelism_threads = 2, inter_op_parallelism_threads = 5, gpu_options = 6 {allow_growth = 4}.
std::string SerializedConfig(const RuntimeOptions& options) {
  std::string config;
  if (!options.useGpu) {
    const std::string entry = std::string("\x0a\x03GPU\x10", 6) + std::string(1, '\0');
    config += '\x0a';
    AppendVarint(&config, entry.size());
    config += entry;
  }
  if (options.intraOpThreads > 0) {
    config += '\x10';
    AppendVarint(&config, static_cast<uint64_t>(options.intraOpThreads));
  }
  if (options.interOpThreads > 0) {
    config += '\x28';
    AppendVarint(&config, static_cast<uint64_t>(options.interOpThreads));
  }
  config += std::string("\x32\x02\x20\x01", 4);  // take GPU memory as it is needed, not all at once
  return config;
}

std::shared_ptr<TFE_Context> NewContext(const RuntimeOptions& options) {
  // Each context gets threads of its own; without this, the first one's would serve all.
  setenv("TF_OVERRIDE_GLOBAL_THREADPOOL", "1", /*overwrite=*/0);
  ContextOptionsPtr contextOptions(TFE_NewContextOptions());
  Status status;
  std::string config = SerializedConfig(options);
  TFE_ContextOptionsSetConfig(contextOptions.get(), config.data(), config.size(), status);
  status.Check("configuration of TensorFlow");
  TFE_Context* context = TFE_NewContext(contextOptions.get(), status);
  status.Check("start of TensorFlow");
  return std::shared_ptr<TFE_Context>(context, TFE_DeleteContext);
}

// The same tensor under a handle that belongs to no context: no copy.
TensorHandlePtr Rewrapped(TFE_TensorHandle* handle, const std::string& doing) {
  Status status;
  TensorPtr tensor(TFE_TensorHandleResolve(handle, status));
  status.Check(doing);
  TensorHandlePtr copy(TFE_NewTensorHandle(tensor.get(), status));
  status.Check(doing);
  return copy;
}

}  // namespace

CapturedFunction::~CapturedFunction() {
  Status status;  // nothing can be done about a failure: the context may have lost the function by itself
  for (const auto& context : contexts) TFE_ContextRemoveFunction(context.get(), name.c_str(), status);
}

void CapturedFunction::MakeKnownTo(const std::shared_ptr<TFE_Context>& context) {
  for (const auto& one : inner) one->MakeKnownTo(context);
  bool known = std::any_of(contexts.begin(), contexts.end(), [&](const auto& one) { return one == context; });
  if (known) return;
  Status status;
  TFE_ContextAddFunction(context.get(), function.get(), status);
  status.Check(name);
  contexts.push_back(context);
}

PreparedCall::~PreparedCall() {
  for (TFE_TensorHandle* handle : results_) {
    if (handle) TFE_DeleteTensorHandle(handle);
  }
}

void PreparedCall::Execute() {
  Status status;
  int count = static_cast<int>(results_.size());
  FlushDenormals flush;
  TFE_Execute(op_.get(), results_.data(), &count, status);
  op_.reset();  // lets go of the inputs
  status.Check(function_->name);
}

std::vector<TensorHandlePtr> PreparedCall::TakeResults() {
  std::vector<TensorHandlePtr> taken;
  for (TFE_TensorHandle*& handle : results_) {
    taken.emplace_back(handle);
    handle = nullptr;
    if (rewraps_) taken.back() = Rewrapped(taken.back().get(), function_->name);
  }
  return taken;
}

void Runtime::Configure(const RuntimeOptions& options) {
  if (context_) throw Error("configure: the runtime is already in use; threads and device are set before the first tensor");
  for (int threads : {options.intraOpThreads, options.interOpThreads}) {
    if (threads < 0 || threads > kMostThreads) {
      throw Error("configure: Expected 0 to " + std::to_string(kMostThreads) + " threads, got " + std::to_string(threads));
    }
  }
  options_ = options;
}

std::shared_ptr<TFE_Context> Runtime::Context() {
  if (!context_) context_ = NewContext(options_);
  return context_;
}

std::shared_ptr<TFE_Context> Runtime::OneThreadContext() {
  if (!oneThreadContext_) {
    RuntimeOptions options;
    options.intraOpThreads = 1;
    options.interOpThreads = options_.interOpThreads;
    options.useGpu = false;
    oneThreadContext_ = NewContext(options);
  }
  return oneThreadContext_;
}

Napi::Array Runtime::Devices(Napi::Env env) {
  Status status;
  DeviceListPtr list(TFE_ContextListDevices(Context().get(), status));
  status.Check("list of devices");
  Napi::Array devices = Napi::Array::New(env);
  for (int i = 0; i < TF_DeviceListCount(list.get()); i++) {
    Napi::Object device = Napi::Object::New(env);
    device["name"] = TF_DeviceListName(list.get(), i, status);
    status.Check("name of a device");
    device["type"] = TF_DeviceListType(list.get(), i, status);
    status.Check("type of a device");
    device["memoryBytes"] = static_cast<double>(TF_DeviceListMemoryBytes(list.get(), i, status));
    status.Check("memory of a device");
    devices[static_cast<uint32_t>(i)] = device;
  }
  return devices;
}

bool Runtime::UsesGpu() {
  Status status;
  DeviceListPtr list(TFE_ContextListDevices(Context().get(), status));
  status.Check("list of devices");
  for (int i = 0; i < TF_DeviceListCount(list.get()); i++) {
    if (std::string(TF_DeviceListType(list.get(), i, status)) == "GPU") return true;
  }
  return false;
}

Entry& Runtime::Find(int64_t id, const std::string& doing) {
  auto found = tensors_.find(id);
  if (found == tensors_.end()) throw Error(doing + ": Unknown tensor " + std::to_string(id) + ": it was disposed, or never existed");
  return found->second;
}

int64_t Runtime::CreateTensor(const std::vector<int64_t>& shape, TF_DataType dtype, const Napi::Value& values) {
  Context();
  TensorPtr tensor = TensorFromValues(shape, dtype, values);
  Status status;
  Entry entry;
  entry.handle.reset(TFE_NewTensorHandle(tensor.get(), status));
  status.Check("createTensor");
  entry.dtype = dtype;
  int64_t id = nextId_++;
  tensors_.emplace(id, std::move(entry));
  return id;
}

void Runtime::DeleteTensor(int64_t id) {
  Find(id, "deleteTensor");
  // A node that an open capture made of this tensor stays: it is part of the graph.
  tensors_.erase(id);
  mutable_.erase(id);
}

Napi::Value Runtime::TensorValues(Napi::Env env, int64_t id) {
  Entry& entry = Find(id, "tensorDataSync");
  Status status;
  if (entry.handle) {
    TensorPtr tensor(TFE_TensorHandleResolve(entry.handle.get(), status));
    status.Check("tensorDataSync");
    return ValuesFromTensor(env, tensor.get());
  }
  bool open = std::any_of(captures_.begin(), captures_.end(), [&](const auto& one) { return one->serial == entry.capture; });
  // With its capture the node itself is gone.
  if (!open) throw Error("tensorDataSync: a tensor made while a step was compiled has no value outside of it");
  const std::string op = TF_OperationOpType(entry.output.oper);
  if (captures_.back()->serial == entry.capture) {
    TF_Tensor* constant = nullptr;
    bool known = TF_TryEvaluateConstant(captures_.back()->graph.get(), entry.output, &constant, status);
    TensorPtr tensor(constant);
    if (status.ok() && known && tensor) return ValuesFromTensor(env, tensor.get());
  }
  throw Error("the value of " + (op == "Placeholder" ? std::string("an input") : "a " + op) +
              " was asked for while the step is being compiled: values exist only when it runs");
}

std::vector<TensorMeta> Runtime::Register(std::vector<TensorHandlePtr> handles) {
  std::vector<TensorMeta> metas;
  for (TensorHandlePtr& handle : handles) {
    Entry entry;
    entry.dtype = TFE_TensorHandleDataType(handle.get());
    metas.push_back({nextId_, ShapeOf(handle.get()), entry.dtype});
    entry.handle = std::move(handle);
    tensors_.emplace(nextId_++, std::move(entry));
  }
  return metas;
}

std::vector<TensorMeta> Runtime::ExecuteOp(const std::string& name, const Napi::Array& attributes,
                                           const std::vector<int64_t>& inputs, int outputs) {
  if (outputs < 0 || outputs > kMostOutputs) throw Error(name + ": Unsupported number of outputs " + std::to_string(outputs));
  return Capturing() ? CaptureOp(name, attributes, inputs, outputs) : RunOp(name, attributes, inputs, outputs);
}

std::vector<TensorMeta> Runtime::RunOp(const std::string& name, const Napi::Array& attributes,
                                       const std::vector<int64_t>& inputs, int outputs) {
  if (name == recurrent::kOp) return RunCustomCall(attributes, inputs);
  Status status;
  EagerOpPtr op(TFE_NewOp(Context().get(), name.c_str(), status));
  status.Check(name);
  for (int64_t id : inputs) {
    Entry& entry = Find(id, name);
    if (!entry.handle) throw Error(name + ": a tensor made while a step was compiled has no value outside of it");
    TFE_OpAddInput(op.get(), entry.handle.get(), status);
    status.Check(name);
  }
  SetEagerAttributes(op.get(), name, attributes);
  std::vector<TFE_TensorHandle*> raw(static_cast<size_t>(outputs), nullptr);
  int count = outputs;
  {
    FlushDenormals flush;
    TFE_Execute(op.get(), raw.data(), &count, status);
  }
  std::vector<TensorHandlePtr> handles;
  for (TFE_TensorHandle* handle : raw) {
    if (handle) handles.emplace_back(handle);
  }
  status.Check(name);
  return Register(std::move(handles));
}

std::vector<TensorMeta> Runtime::RunCustomCall(const Napi::Array& attributes, const std::vector<int64_t>& inputs) {
  const std::string target = TextAttribute(attributes, "call_target_name");
  Status status;
  std::vector<TensorPtr> tensors;  // inputs, then outputs
  auto floats = [&](size_t from, size_t to) {
    std::vector<recurrent::Floats> all;
    for (size_t i = from; i < to; i++) {
      all.push_back({static_cast<float*>(TF_TensorData(tensors[i].get())), TF_TensorElementCount(tensors[i].get())});
    }
    return all;
  };
  for (int64_t id : inputs) {
    Entry& entry = Find(id, target);
    if (!entry.handle) throw Error(target + ": a tensor made while a step was compiled has no value outside of it");
    if (entry.dtype != TF_FLOAT) throw Error(target + ": Expected float32");
    tensors.emplace_back(TFE_TensorHandleResolve(entry.handle.get(), status));
    status.Check(target);
  }
  for (const std::vector<int64_t>& shape : OutputShapes(attributes)) {
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= static_cast<size_t>(size);
    tensors.emplace_back(TF_AllocateTensor(TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes));
  }
  const std::string wrong = recurrent::Call(target, TextAttribute(attributes, "backend_config"), floats(0, inputs.size()),
                                            floats(inputs.size(), tensors.size()));
  if (!wrong.empty()) throw Error(target + ": " + wrong);
  std::vector<TensorHandlePtr> handles;
  for (size_t i = inputs.size(); i < tensors.size(); i++) {
    handles.emplace_back(TFE_NewTensorHandle(tensors[i].get(), status));
    status.Check(target);
  }
  return Register(std::move(handles));
}

std::unique_ptr<PreparedCall> Runtime::Prepare(const std::string& name, const std::vector<int64_t>& inputs, bool xla,
                                               bool oneThread) {
  auto found = functions_.find(name);
  if (found == functions_.end()) throw Error("callFunction: Unknown function \"" + name + "\"");
  const std::shared_ptr<CapturedFunction>& function = found->second;
  if (inputs.size() != function->inputs) {
    throw Error(name + ": Expected " + std::to_string(function->inputs) + " inputs, got " + std::to_string(inputs.size()));
  }
  std::shared_ptr<TFE_Context> context = oneThread ? OneThreadContext() : Context();
  function->MakeKnownTo(context);
  Status status;
  EagerOpPtr op(TFE_NewOp(context.get(), name.c_str(), status));
  status.Check(name);
  auto add = [&](TFE_TensorHandle* handle) {
    // A handle that an op of one context returned belongs to it.
    TFE_OpAddInput(op.get(), oneThread ? Rewrapped(handle, name).get() : handle, status);
    status.Check(name);
  };
  for (int64_t id : inputs) {
    Entry& entry = Find(id, name);
    if (!entry.handle) throw Error(name + ": a tensor made while a step was compiled has no value outside of it");
    add(entry.handle.get());
  }
  for (const TensorHandlePtr& handle : function->held) add(handle.get());
  // An empty ConfigProto: with it TensorFlow's graph optimizer (grappler) goes over the function, without it it does not.
  TFE_OpSetAttrString(op.get(), "config_proto", "", 0);
  if (xla) TFE_OpSetAttrBool(op.get(), "_XlaMustCompile", 1);
  return std::make_unique<PreparedCall>(function, std::move(op), oneThread);
}

void Runtime::RemoveFunction(const std::string& name) {
  auto found = functions_.find(name);
  if (found == functions_.end()) return;
  std::shared_ptr<CapturedFunction> function = std::move(found->second);
  functions_.erase(found);
  for (const auto& inner : function->inner) RemoveFunction(inner->name);
}

std::string Runtime::FunctionDefinition(const std::string& name) {
  auto found = functions_.find(name);
  if (found == functions_.end()) throw Error("functionDefinition: Unknown function \"" + name + "\"");
  BufferPtr buffer(TF_NewBuffer());
  Status status;
  TF_FunctionToFunctionDef(found->second->function.get(), buffer.get(), status);
  status.Check(name);
  return std::string(static_cast<const char*>(buffer->data), buffer->length);
}

}  // namespace lab
