#include "runtime.h"

#include <algorithm>
#include <cstdlib>

#include "attributes.h"
#include "denormals.h"
#include "tensors.h"

namespace lab {
namespace {

// A tensor from outside of at most this size is copied into the graph, where it can be folded; a larger one is passed by
// reference with every call.
constexpr size_t kLargestConstantBytes = 1024;

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

// Makes the function, and those that it calls, known to a context.
void AddTo(const std::shared_ptr<TFE_Context>& context, CapturedFunction& function) {
  for (const auto& inner : function.inner) AddTo(context, *inner);
  bool known = std::any_of(function.contexts.begin(), function.contexts.end(), [&](const auto& one) { return one == context; });
  if (known) return;
  Status status;
  TFE_ContextAddFunction(context.get(), function.function.get(), status);
  status.Check(function.name);
  function.contexts.push_back(context);
}

}  // namespace

CapturedFunction::~CapturedFunction() {
  Status status;  // nothing can be done about a failure: the context may have lost the function by itself
  for (const auto& context : contexts) TFE_ContextRemoveFunction(context.get(), name.c_str(), status);
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

void Runtime::BeginCapture() {
  Context();
  captures_.push_back(std::make_unique<Capture>(nextCapture_++, nextId_, captures_.empty() ? nullptr : captures_.back().get()));
}

TensorMeta Runtime::AddInput(const std::vector<int64_t>& shape, TF_DataType dtype) {
  if (!Capturing()) throw Error("addInput: Expected an open capture");
  for (int64_t size : shape) {
    if (size < 0) throw Error("addInput: Invalid shape " + ShapeText(shape) + ": sizes cannot be negative");
  }
  Capture& capture = *captures_.back();
  Entry entry;
  entry.output = capture.AddPlaceholder(shape, dtype);
  entry.capture = capture.serial;
  entry.shape = shape;
  entry.dtype = dtype;
  tensors_.emplace(nextId_, std::move(entry));
  return {nextId_++, shape, dtype};
}

TF_Output Runtime::InCapture(int64_t id, const std::string& op) {
  Capture& capture = *captures_.back();
  Entry& entry = Find(id, op);
  if (!entry.handle && entry.capture == capture.serial) return entry.output;
  auto known = capture.outside.find(id);
  if (known != capture.outside.end()) return known->second;

  TF_Output output;
  if (!entry.handle) {
    bool enclosing = std::any_of(captures_.begin(), captures_.end(),
                                 [&](const auto& open) { return open->serial == entry.capture; });
    if (!enclosing) throw Error(op + ": a tensor made while another step was compiled has no value outside of it");
    output = capture.AddPlaceholder(entry.shape, entry.dtype);
    capture.lifted.push_back({id, output, nullptr});
  } else {
    if (mutable_.count(id)) throw Error(op + ": uses a variable that is not passed to the compiled step, so that it would never change");
    std::vector<int64_t> shape = ShapeOf(entry.handle.get());
    size_t bytes = TF_DataTypeSize(entry.dtype);
    for (int64_t size : shape) bytes *= static_cast<size_t>(size);
    Status status;
    // What the step itself makes of JavaScript numbers is part of the graph, however large.
    if (bytes <= kLargestConstantBytes || id >= capture.firstId) {
      TensorPtr tensor(TFE_TensorHandleResolve(entry.handle.get(), status));
      status.Check(op);
      output = capture.AddConstant(tensor.get());
    } else {
      TensorHandlePtr held(TFE_TensorHandleCopySharingTensor(entry.handle.get(), status));
      status.Check(op);
      output = capture.AddPlaceholder(shape, entry.dtype);
      capture.lifted.push_back({id, output, std::move(held)});
    }
  }
  capture.outside.emplace(id, output);
  return output;
}

std::vector<TensorMeta> Runtime::CaptureOp(const std::string& name, const Napi::Array& attributes,
                                           const std::vector<int64_t>& inputs, int outputs) {
  Capture& capture = *captures_.back();
  const OpDefinition& definition = definitions_.Get(name);
  std::vector<TF_Output> arguments;
  for (int64_t id : inputs) arguments.push_back(InCapture(id, name));

  size_t lists = std::count_if(definition.inputs.begin(), definition.inputs.end(), [](const OpInput& i) { return i.is_list(); });
  // All checks that can fail come before TF_NewOperation: a description that is never finished would leak.
  std::vector<size_t> counts;
  size_t total = 0;
  for (const OpInput& input : definition.inputs) {
    size_t count = 1;
    if (input.is_list()) {
      int64_t given = lists == 1 ? static_cast<int64_t>(arguments.size() + 1) - static_cast<int64_t>(definition.inputs.size())
                                 : IntegerAttribute(attributes, input.number_attribute);
      if (given < 0) throw Error(name + ": the length of its list \"" + input.name + "\" is not given");
      count = static_cast<size_t>(given);
    }
    counts.push_back(count);
    total += count;
  }
  if (total != arguments.size()) {
    throw Error(name + ": Expected " + std::to_string(total) + " inputs, got " + std::to_string(arguments.size()));
  }

  TF_OperationDescription* node = TF_NewOperation(capture.graph.get(), name.c_str(), capture.NextNodeName("node").c_str());
  size_t next = 0;
  for (size_t i = 0; i < counts.size(); i++) {
    if (definition.inputs[i].is_list()) {
      TF_AddInputList(node, arguments.data() + next, static_cast<int>(counts[i]));
    } else {
      TF_AddInput(node, arguments[next]);
    }
    next += counts[i];
  }
  Status status;
  std::string attributeError;
  try {
    SetGraphAttributes(node, definition, attributes);
  } catch (const Error& error) {
    attributeError = error.what();
  }
  TF_Operation* operation = TF_FinishOperation(node, status);  // also frees the description
  if (!attributeError.empty()) throw Error(name + ": " + attributeError);
  status.Check(name);

  int produced = TF_OperationNumOutputs(operation);
  if (produced < outputs) {
    throw Error(name + ": Expected " + std::to_string(outputs) + " outputs, got " + std::to_string(produced));
  }
  std::vector<TensorMeta> metas;
  for (int i = 0; i < produced; i++) {
    Entry entry;
    entry.output = {operation, i};
    entry.capture = capture.serial;
    entry.dtype = TF_OperationOutputType(entry.output);
    entry.shape = capture.InferredShape(entry.output, name);
    metas.push_back({nextId_, entry.shape, entry.dtype});
    tensors_.emplace(nextId_++, std::move(entry));
  }
  return metas;
}

const CapturedFunction& Runtime::EndCapture(const std::string& name, const std::vector<int64_t>& inputs,
                                            const std::vector<int64_t>& outputs, bool returnLifted) {
  if (!Capturing()) throw Error("endCapture: Expected an open capture");
  Capture& capture = *captures_.back();
  std::vector<TF_Output> inputNodes;
  for (int64_t id : inputs) inputNodes.push_back(InCapture(id, name));
  std::vector<TF_Output> outputNodes;
  for (int64_t id : outputs) {
    TF_Output output = InCapture(id, name);
    // A function may not hand out an input, or one value twice, as it is.
    bool repeated = std::any_of(outputNodes.begin(), outputNodes.end(),
                                [&](TF_Output o) { return o.oper == output.oper && o.index == output.index; });
    if (repeated || std::string(TF_OperationOpType(output.oper)) == "Placeholder") output = capture.AddIdentity(output);
    outputNodes.push_back(output);
  }
  for (const Lifted& lifted : capture.lifted) {
    inputNodes.push_back(lifted.placeholder);
    if (returnLifted) outputNodes.push_back(capture.AddIdentity(lifted.placeholder));
  }

  Status status;
  auto result = std::make_shared<CapturedFunction>();
  result->name = name;
  result->function.reset(TF_GraphToFunction(capture.graph.get(), name.c_str(), /*append_hash_to_fn_name=*/0, /*num_opers=*/-1,
                                           nullptr, static_cast<int>(inputNodes.size()), inputNodes.data(),
                                           static_cast<int>(outputNodes.size()), outputNodes.data(), nullptr, nullptr, nullptr,
                                           status));
  status.Check(name);
  AddTo(Context(), *result);
  if (capture.outer) {
    TF_GraphCopyFunction(capture.outer->graph.get(), result->function.get(), nullptr, status);
    status.Check(name);
    capture.outer->functions.push_back(name);
  }
  for (Lifted& lifted : capture.lifted) {
    if (capture.outer) {
      Entry& entry = Find(lifted.id, name);
      result->lifted.push_back({lifted.id, entry.handle ? ShapeOf(entry.handle.get()) : entry.shape, entry.dtype});
    } else {
      result->held.push_back(std::move(lifted.handle));
    }
  }
  for (const std::string& inner : capture.functions) result->inner.push_back(functions_.at(inner));
  result->inputs = inputs.size() + result->lifted.size();
  result->outputs = static_cast<int>(outputNodes.size());
  result->nodes = capture.nodes;
  result->constantBytes = capture.constantBytes;
  captures_.pop_back();
  return *(functions_[name] = std::move(result));
}

void Runtime::AbortCapture() {
  if (!Capturing()) return;
  std::vector<std::string> inner = captures_.back()->functions;
  captures_.pop_back();
  for (const std::string& name : inner) RemoveFunction(name);
}

void Runtime::SetMutable(std::vector<int64_t> ids) { mutable_ = {ids.begin(), ids.end()}; }

std::unique_ptr<PreparedCall> Runtime::Prepare(const std::string& name, const std::vector<int64_t>& inputs, bool xla,
                                               bool oneThread) {
  auto found = functions_.find(name);
  if (found == functions_.end()) throw Error("callFunction: Unknown function \"" + name + "\"");
  const std::shared_ptr<CapturedFunction>& function = found->second;
  if (inputs.size() != function->inputs) {
    throw Error(name + ": Expected " + std::to_string(function->inputs) + " inputs, got " + std::to_string(inputs.size()));
  }
  std::shared_ptr<TFE_Context> context = oneThread ? OneThreadContext() : Context();
  AddTo(context, *function);
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
