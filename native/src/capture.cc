#include "capture.h"

namespace lab {

TF_Output Capture::AddPlaceholder(const std::vector<int64_t>& shape, TF_DataType dtype) {
  TF_OperationDescription* node = TF_NewOperation(graph.get(), "Placeholder", NextNodeName("input").c_str());
  TF_SetAttrType(node, "dtype", dtype);
  TF_SetAttrShape(node, "shape", shape.data(), static_cast<int>(shape.size()));
  Status status;
  TF_Operation* operation = TF_FinishOperation(node, status);
  status.Check("Placeholder");
  return {operation, 0};
}

TF_Output Capture::AddConstant(TF_Tensor* tensor) {
  TF_OperationDescription* node = TF_NewOperation(graph.get(), "Const", NextNodeName("constant").c_str());
  TF_SetAttrType(node, "dtype", TF_TensorType(tensor));
  Status status;
  TF_SetAttrTensor(node, "value", tensor, status);
  status.Check("Const");
  TF_Operation* operation = TF_FinishOperation(node, status);
  status.Check("Const");
  constantBytes += TF_TensorByteSize(tensor);
  return {operation, 0};
}

TF_Output Capture::AddIdentity(TF_Output output) {
  TF_OperationDescription* node = TF_NewOperation(graph.get(), "Identity", NextNodeName("output").c_str());
  TF_AddInput(node, output);
  Status status;
  TF_Operation* operation = TF_FinishOperation(node, status);
  status.Check("Identity");
  return {operation, 0};
}

std::vector<int64_t> Capture::InferredShape(TF_Output output, const std::string& op) const {
  Status status;
  int rank = TF_GraphGetTensorNumDims(graph.get(), output, status);
  status.Check(op);
  std::vector<int64_t> shape(rank > 0 ? rank : 0);
  if (rank > 0) {
    TF_GraphGetTensorShape(graph.get(), output, shape.data(), rank, status);
    status.Check(op);
  }
  bool known = rank >= 0;
  for (int64_t size : shape) known = known && size >= 0;
  if (!known) throw Error(op + ": the shape of its output depends on values, which a compiled step cannot have");
  return shape;
}

}  // namespace lab
