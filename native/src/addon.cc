// The functions that JavaScript sees. Their types are in src/engine/runtime/binding.ts. C++ exceptions stop here.
#if defined(__linux__)
#include <malloc.h>
#endif
#include <napi.h>

#include "attributes.h"
#include "recurrent/custom_calls.h"
#include "runtime.h"
#include "tensors.h"

namespace lab {
namespace {

Runtime& Of(Napi::Env env) { return *env.GetInstanceData<Runtime>(); }

// Wraps a function so that our errors become JavaScript exceptions.
template <Napi::Value (*F)(const Napi::CallbackInfo&)>
Napi::Value Guarded(const Napi::CallbackInfo& info) {
  try {
    return F(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

void Expect(const Napi::CallbackInfo& info, size_t count, const char* signature) {
  if (info.Length() < count) throw Error(std::string("Expected ") + signature);
}

int64_t Id(const Napi::Value& value) { return value.ToNumber().Int64Value(); }
std::string Text(const Napi::Value& value) { return value.ToString().Utf8Value(); }

Napi::Object ToObject(Napi::Env env, const TensorMeta& meta) {
  Napi::Object object = Napi::Object::New(env);
  object["id"] = static_cast<double>(meta.id);
  object["shape"] = ShapeToArray(env, meta.shape);
  object["dtype"] = static_cast<int>(meta.dtype);
  return object;
}

Napi::Array ToArray(Napi::Env env, const std::vector<TensorMeta>& metas) {
  Napi::Array array = Napi::Array::New(env, metas.size());
  for (uint32_t i = 0; i < metas.size(); i++) array[i] = ToObject(env, metas[i]);
  return array;
}

Napi::Value Configure(const Napi::CallbackInfo& info) {
  Expect(info, 1, "configure({intraOpThreads, interOpThreads, useGpu})");
  Napi::Object given = info[0].ToObject();
  RuntimeOptions options;
  if (given.Get("intraOpThreads").IsNumber()) options.intraOpThreads = given.Get("intraOpThreads").ToNumber().Int32Value();
  if (given.Get("interOpThreads").IsNumber()) options.interOpThreads = given.Get("interOpThreads").ToNumber().Int32Value();
  if (given.Get("useGpu").IsBoolean()) options.useGpu = given.Get("useGpu").ToBoolean().Value();
  Of(info.Env()).Configure(options);
  recurrent::SetThreads(options.intraOpThreads);
  return info.Env().Undefined();
}

// Hands the system what the C library keeps of freed memory; other libraries than glibc do so by themselves, or never.
Napi::Value ReleaseMemory(const Napi::CallbackInfo& info) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  return info.Env().Undefined();
}

Napi::Value RecurrentKernels(const Napi::CallbackInfo& info) {
  bool there = recurrent::RegisterCustomCalls();
  if (there && info.Length() > 0) there = recurrent::Choose(Text(info[0]));
  return Napi::Boolean::New(info.Env(), there);
}

Napi::Value Devices(const Napi::CallbackInfo& info) { return Of(info.Env()).Devices(info.Env()); }

Napi::Value IsUsingGpuDevice(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Of(info.Env()).UsesGpu());
}

Napi::Value CreateTensor(const Napi::CallbackInfo& info) {
  Expect(info, 3, "createTensor(shape, dtype, values)");
  auto dtype = static_cast<TF_DataType>(info[1].ToNumber().Int32Value());
  return Napi::Number::New(info.Env(), static_cast<double>(Of(info.Env()).CreateTensor(Integers(info[0]), dtype, info[2])));
}

Napi::Value DeleteTensor(const Napi::CallbackInfo& info) {
  Expect(info, 1, "deleteTensor(id)");
  Of(info.Env()).DeleteTensor(Id(info[0]));
  return info.Env().Undefined();
}

Napi::Value TensorDataSync(const Napi::CallbackInfo& info) {
  Expect(info, 1, "tensorDataSync(id)");
  return Of(info.Env()).TensorValues(info.Env(), Id(info[0]));
}

Napi::Value GetNumOfTensors(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Of(info.Env()).TensorCount()));
}

Napi::Value ExecuteOp(const Napi::CallbackInfo& info) {
  Expect(info, 4, "executeOp(name, attributes, inputIds, outputCount)");
  auto metas = Of(info.Env()).ExecuteOp(Text(info[0]), info[1].As<Napi::Array>(), Integers(info[2]),
                                        info[3].ToNumber().Int32Value());
  return ToArray(info.Env(), metas);
}

Napi::Value Capturing(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), Of(info.Env()).Capturing()); }

Napi::Value BeginCapture(const Napi::CallbackInfo& info) {
  Of(info.Env()).BeginCapture();
  return info.Env().Undefined();
}

Napi::Value AddInput(const Napi::CallbackInfo& info) {
  Expect(info, 2, "addInput(shape, dtype)");
  auto dtype = static_cast<TF_DataType>(info[1].ToNumber().Int32Value());
  return ToObject(info.Env(), Of(info.Env()).AddInput(Integers(info[0]), dtype));
}

Napi::Value EndCapture(const Napi::CallbackInfo& info) {
  Expect(info, 3, "endCapture(name, inputIds, outputIds, returnLifted?, apart?)");
  bool returnLifted = info.Length() > 3 && info[3].ToBoolean().Value();
  bool apart = info.Length() > 4 && info[4].ToBoolean().Value();
  const CapturedFunction& function =
      Of(info.Env()).EndCapture(Text(info[0]), Integers(info[1]), Integers(info[2]), returnLifted, apart);
  Napi::Object result = Napi::Object::New(info.Env());
  result["name"] = function.name;
  result["nodes"] = static_cast<double>(function.nodes);
  result["constantBytes"] = static_cast<double>(function.constantBytes);
  result["lifted"] = ToArray(info.Env(), function.lifted);
  return result;
}

Napi::Value AbortCapture(const Napi::CallbackInfo& info) {
  Of(info.Env()).AbortCapture();
  return info.Env().Undefined();
}

Napi::Value SetMutable(const Napi::CallbackInfo& info) {
  Expect(info, 1, "setMutable(ids)");
  Of(info.Env()).SetMutable(Integers(info[0]));
  return info.Env().Undefined();
}

Napi::Value RemoveFunction(const Napi::CallbackInfo& info) {
  Expect(info, 1, "removeFunction(name)");
  Of(info.Env()).RemoveFunction(Text(info[0]));
  return info.Env().Undefined();
}

Napi::Value FunctionDefinition(const Napi::CallbackInfo& info) {
  Expect(info, 1, "functionDefinition(name)");
  std::string bytes = Of(info.Env()).FunctionDefinition(Text(info[0]));
  return Napi::Buffer<char>::Copy(info.Env(), bytes.data(), bytes.size());
}

std::unique_ptr<PreparedCall> PrepareCall(const Napi::CallbackInfo& info) {
  bool oneThread = info.Length() > 3 && info[3].ToBoolean().Value();
  return Of(info.Env()).Prepare(Text(info[0]), Integers(info[1]), info[2].ToBoolean().Value(), oneThread);
}

Napi::Value CallFunction(const Napi::CallbackInfo& info) {
  Expect(info, 3, "callFunction(name, inputIds, xla, oneThread?)");
  Runtime& runtime = Of(info.Env());
  auto call = PrepareCall(info);
  call->Execute();
  return ToArray(info.Env(), runtime.Register(call->TakeResults()));
}

// Runs a prepared call on a thread of libuv's pool and settles a promise on the JavaScript thread.
class CallWorker : public Napi::AsyncWorker {
 public:
  CallWorker(Napi::Env env, std::unique_ptr<PreparedCall> call)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), call_(std::move(call)) {}
  Napi::Promise Promise() const { return deferred_.Promise(); }

  void Execute() override {
    try {
      call_->Execute();
    } catch (const std::exception& error) {
      SetError(error.what());
    }
  }
  void OnOK() override {
    try {
      deferred_.Resolve(ToArray(Env(), Of(Env()).Register(call_->TakeResults())));
    } catch (const std::exception& error) {
      deferred_.Reject(Napi::Error::New(Env(), error.what()).Value());
    }
  }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<PreparedCall> call_;
};

Napi::Value CallFunctionAsync(const Napi::CallbackInfo& info) {
  Expect(info, 3, "callFunctionAsync(name, inputIds, xla, oneThread?)");
  auto* worker = new CallWorker(info.Env(), PrepareCall(info));  // deletes itself when done
  Napi::Promise promise = worker->Promise();
  worker->Queue();
  return promise;
}

template <Napi::Value (*F)(const Napi::CallbackInfo&)>
void Export(Napi::Object& exports, const char* name) {
  exports[name] = Napi::Function::New(exports.Env(), Guarded<F>, name);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData<Runtime>(new Runtime);
  Export<Configure>(exports, "configure");
  Export<ReleaseMemory>(exports, "releaseMemory");
  Export<RecurrentKernels>(exports, "recurrentKernels");
  Export<Devices>(exports, "devices");
  Export<IsUsingGpuDevice>(exports, "isUsingGpuDevice");
  Export<CreateTensor>(exports, "createTensor");
  Export<DeleteTensor>(exports, "deleteTensor");
  Export<TensorDataSync>(exports, "tensorDataSync");
  Export<GetNumOfTensors>(exports, "getNumOfTensors");
  Export<ExecuteOp>(exports, "executeOp");
  Export<Capturing>(exports, "capturing");
  Export<BeginCapture>(exports, "beginCapture");
  Export<AddInput>(exports, "addInput");
  Export<EndCapture>(exports, "endCapture");
  Export<AbortCapture>(exports, "abortCapture");
  Export<SetMutable>(exports, "setMutable");
  Export<RemoveFunction>(exports, "removeFunction");
  Export<FunctionDefinition>(exports, "functionDefinition");
  Export<CallFunction>(exports, "callFunction");
  Export<CallFunctionAsync>(exports, "callFunctionAsync");
  // The names that tfjs's backend reads from its binding.
#define LAB_CONSTANT(name) exports[#name] = static_cast<int>(name)
  LAB_CONSTANT(TF_FLOAT);
  LAB_CONSTANT(TF_DOUBLE);
  LAB_CONSTANT(TF_INT32);
  LAB_CONSTANT(TF_INT64);
  LAB_CONSTANT(TF_UINT8);
  LAB_CONSTANT(TF_UINT16);
  LAB_CONSTANT(TF_UINT32);
  LAB_CONSTANT(TF_BOOL);
  LAB_CONSTANT(TF_COMPLEX64);
  LAB_CONSTANT(TF_STRING);
  LAB_CONSTANT(TF_RESOURCE);
  LAB_CONSTANT(TF_ATTR_STRING);
  LAB_CONSTANT(TF_ATTR_INT);
  LAB_CONSTANT(TF_ATTR_FLOAT);
  LAB_CONSTANT(TF_ATTR_BOOL);
  LAB_CONSTANT(TF_ATTR_TYPE);
  LAB_CONSTANT(TF_ATTR_SHAPE);
  LAB_CONSTANT(TF_ATTR_FUNC);
#undef LAB_CONSTANT
  exports["ATTR_SHAPE_LIST"] = kAttributeShapeList;
  exports["TF_Version"] = TF_Version();
  return exports;
}

}  // namespace
}  // namespace lab

static Napi::Object InitModule(Napi::Env env, Napi::Object exports) { return lab::Init(env, exports); }
NODE_API_MODULE(gradient_lab, InitModule)
