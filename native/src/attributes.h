// Op attributes as tfjs describes them ({name, type, value}), set on an eager op or on a graph node under construction.
#pragma once

#include <napi.h>

#include "handles.h"
#include "op_definitions.h"

namespace lab {

// tfjs has no name for a list of shapes; `StatelessWhile` needs one. Values of TF_AttrType end at TF_ATTR_FUNC (8).
constexpr int kAttributeShapeList = 100;

void SetEagerAttributes(TFE_Op* op, const std::string& opName, const Napi::Array& attributes);

// Attributes that the op does not define are left out: tfjs's kernels pass some that only older definitions had. Names with an
// underscore are notes to TensorFlow itself, which any op may have.
void SetGraphAttributes(TF_OperationDescription* node, const OpDefinition& definition, const Napi::Array& attributes);

// What the attribute `_output_shapes`, a list of shapes, says of a node's outputs; empty where there is none.
std::vector<std::vector<int64_t>> OutputShapes(const Napi::Array& attributes);

// The value of a text attribute, or nothing.
std::string TextAttribute(const Napi::Array& attributes, const std::string& name);

// The value of a numeric attribute, or -1.
int64_t IntegerAttribute(const Napi::Array& attributes, const std::string& name);

}  // namespace lab
