// The half of the runtime that compiles: what happens to ops and tensors while a capture is open.
#include <algorithm>

#include "attributes.h"
#include "runtime.h"
#include "tensors.h"

namespace lab {
namespace {

// A tensor from outside of at most this size is copied into the graph, where it can be folded; a larger one is passed by
// reference with every call.
constexpr size_t kLargestConstantBytes = 1024;

}  // namespace

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
  // Where a function calls another one, TensorFlow does not look into it for the shapes of what comes back.
  const std::vector<std::vector<int64_t>> told = OutputShapes(attributes);
  for (size_t i = 0; i < told.size() && i < static_cast<size_t>(produced); i++) {
    TF_GraphSetTensorShape(capture.graph.get(), {operation, static_cast<int>(i)}, told[i].data(), static_cast<int>(told[i].size()), status);
    status.Check(name);
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
                                            const std::vector<int64_t>& outputs, bool returnLifted, bool apart) {
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
  if (apart) {
    const char yes[] = {0x28, 1};  // a serialized AttrValue, b = 5: true
    TF_FunctionSetAttrValueProto(result->function.get(), "_noinline", yes, sizeof(yes), status);
    status.Check(name);
  }
  result->MakeKnownTo(Context());
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

}  // namespace lab
