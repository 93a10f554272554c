// A graph under construction: while one is open, executeOp adds nodes to it instead of running ops.
//
// Captures nest: the body of a loop is captured inside the function that holds the loop.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "handles.h"
#include "op_definitions.h"

namespace lab {

class Runtime;

// A tensor from outside that the captured code uses: it becomes one more input of the function.
struct Lifted {
  int64_t id;
  TF_Output placeholder;
  TensorHandlePtr handle;  // its values, held from the moment of use; null for a tensor of an enclosing capture
};

struct Capture {
  Capture(int64_t serialNumber, int64_t nextId, Capture* outerCapture)
      : serial(serialNumber), firstId(outerCapture ? outerCapture->firstId : nextId), outer(outerCapture), graph(TF_NewGraph()) {}

  int64_t serial;
  int64_t firstId;  // tensors from this number on were made while the outermost capture was open
  Capture* outer;
  GraphPtr graph;
  std::unordered_map<int64_t, TF_Output> outside;  // id of a tensor from outside -> its node in this graph
  std::vector<Lifted> lifted;
  std::vector<std::string> functions;  // captured inside this one (loop bodies)
  int64_t nodes = 0;
  size_t constantBytes = 0;

  std::string NextNodeName(const char* prefix) { return prefix + std::to_string(nodes++); }
  TF_Output AddPlaceholder(const std::vector<int64_t>& shape, TF_DataType dtype);
  TF_Output AddConstant(TF_Tensor* tensor);
  TF_Output AddIdentity(TF_Output output);

  // The shape that TensorFlow infers; throws when it depends on values. `op` is named in the error.
  std::vector<int64_t> InferredShape(TF_Output output, const std::string& op) const;
};

}  // namespace lab
