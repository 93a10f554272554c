#include "attributes.h"

#include "tensors.h"

namespace lab {
namespace {

std::string Text(const Napi::Value& value) { return value.ToString().Utf8Value(); }

std::vector<TF_DataType> DataTypes(const Napi::Value& value) {
  std::vector<TF_DataType> types;
  for (int64_t type : Integers(value)) types.push_back(static_cast<TF_DataType>(type));
  return types;
}

std::vector<float> Floats(const Napi::Array& array) {
  std::vector<float> values(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) values[i] = array.Get(i).ToNumber().FloatValue();
  return values;
}

std::vector<std::vector<int64_t>> Shapes(const Napi::Value& value) {
  Napi::Array array = value.As<Napi::Array>();
  std::vector<std::vector<int64_t>> shapes;
  for (uint32_t i = 0; i < array.Length(); i++) shapes.push_back(Integers(array.Get(i)));
  return shapes;
}

// The two faces of setting one attribute, so that the switch over types is written once.
struct EagerTarget {
  TFE_Op* op;
  void Type(const char* n, TF_DataType v) { TFE_OpSetAttrType(op, n, v); }
  void TypeList(const char* n, const std::vector<TF_DataType>& v) { TFE_OpSetAttrTypeList(op, n, v.data(), static_cast<int>(v.size())); }
  void String(const char* n, const std::string& v) { TFE_OpSetAttrString(op, n, v.data(), v.size()); }
  void Int(const char* n, int64_t v) { TFE_OpSetAttrInt(op, n, v); }
  void IntList(const char* n, const std::vector<int64_t>& v) { TFE_OpSetAttrIntList(op, n, v.data(), static_cast<int>(v.size())); }
  void Float(const char* n, float v) { TFE_OpSetAttrFloat(op, n, v); }
  void FloatList(const char* n, const std::vector<float>& v) { TFE_OpSetAttrFloatList(op, n, v.data(), static_cast<int>(v.size())); }
  void Bool(const char* n, bool v) { TFE_OpSetAttrBool(op, n, v); }
  void Shape(const char* n, const std::vector<int64_t>& v) {
    Status status;
    TFE_OpSetAttrShape(op, n, v.data(), static_cast<int>(v.size()), status);
    status.Check(n);
  }
  void ShapeList(const char* n, std::vector<const int64_t*>& v, const std::vector<int>& ranks) {
    Status status;
    TFE_OpSetAttrShapeList(op, n, v.data(), ranks.data(), static_cast<int>(v.size()), status);
    status.Check(n);
  }
  void Function(const char* n, const std::string& v) { TFE_OpSetAttrFunctionName(op, n, v.data(), v.size()); }
};

struct GraphTarget {
  TF_OperationDescription* node;
  void Type(const char* n, TF_DataType v) { TF_SetAttrType(node, n, v); }
  void TypeList(const char* n, const std::vector<TF_DataType>& v) { TF_SetAttrTypeList(node, n, v.data(), static_cast<int>(v.size())); }
  void String(const char* n, const std::string& v) { TF_SetAttrString(node, n, v.data(), v.size()); }
  void Int(const char* n, int64_t v) { TF_SetAttrInt(node, n, v); }
  void IntList(const char* n, const std::vector<int64_t>& v) { TF_SetAttrIntList(node, n, v.data(), static_cast<int>(v.size())); }
  void Float(const char* n, float v) { TF_SetAttrFloat(node, n, v); }
  void FloatList(const char* n, const std::vector<float>& v) { TF_SetAttrFloatList(node, n, v.data(), static_cast<int>(v.size())); }
  void Bool(const char* n, bool v) { TF_SetAttrBool(node, n, v); }
  void Shape(const char* n, const std::vector<int64_t>& v) { TF_SetAttrShape(node, n, v.data(), static_cast<int>(v.size())); }
  void ShapeList(const char* n, std::vector<const int64_t*>& v, const std::vector<int>& ranks) {
    TF_SetAttrShapeList(node, n, v.data(), ranks.data(), static_cast<int>(v.size()));
  }
  void Function(const char* n, const std::string& v) { TF_SetAttrFuncName(node, n, v.data(), v.size()); }
};

template <class Target>
void SetAttribute(Target target, const std::string& name, int type, const Napi::Value& value) {
  const char* n = name.c_str();
  switch (type) {
    case TF_ATTR_STRING:
      return target.String(n, Text(value));
    case TF_ATTR_INT:
      return value.IsArray() ? target.IntList(n, Integers(value)) : target.Int(n, value.ToNumber().Int64Value());
    case TF_ATTR_FLOAT:
      return value.IsArray() ? target.FloatList(n, Floats(value.As<Napi::Array>())) : target.Float(n, value.ToNumber().FloatValue());
    case TF_ATTR_BOOL:
      return target.Bool(n, value.ToBoolean().Value());
    case TF_ATTR_TYPE:
      return value.IsArray() ? target.TypeList(n, DataTypes(value))
                             : target.Type(n, static_cast<TF_DataType>(value.ToNumber().Int32Value()));
    case TF_ATTR_SHAPE:
      return target.Shape(n, Integers(value));
    case TF_ATTR_FUNC:
      return target.Function(n, Text(value));
    case kAttributeShapeList: {
      const std::vector<std::vector<int64_t>> shapes = Shapes(value);
      std::vector<const int64_t*> pointers;
      std::vector<int> ranks;
      for (const auto& shape : shapes) {
        pointers.push_back(shape.data());
        ranks.push_back(static_cast<int>(shape.size()));
      }
      return target.ShapeList(n, pointers, ranks);
    }
    default:
      throw Error("Unsupported type " + std::to_string(type) + " of attribute \"" + name + "\"");
  }
}

template <class F>
void Each(const Napi::Array& attributes, F onAttribute) {
  for (uint32_t i = 0; i < attributes.Length(); i++) {
    Napi::Value item = attributes[i];
    if (!item.IsObject()) throw Error("Expected attributes as {name, type, value}");
    Napi::Object attribute = item.As<Napi::Object>();
    onAttribute(Text(attribute.Get("name")), attribute);
  }
}

}  // namespace

void SetEagerAttributes(TFE_Op* op, const std::string& opName, const Napi::Array& attributes) {
  Each(attributes, [&](const std::string& name, const Napi::Object& attribute) {
    SetAttribute(EagerTarget{op}, name, attribute.Get("type").ToNumber().Int32Value(), attribute.Get("value"));
  });
}

void SetGraphAttributes(TF_OperationDescription* node, const OpDefinition& definition, const Napi::Array& attributes) {
  Each(attributes, [&](const std::string& name, const Napi::Object& attribute) {
    if (definition.attributes.count(name) == 0 && name[0] != '_') return;
    SetAttribute(GraphTarget{node}, name, attribute.Get("type").ToNumber().Int32Value(), attribute.Get("value"));
  });
}

std::vector<std::vector<int64_t>> OutputShapes(const Napi::Array& attributes) {
  std::vector<std::vector<int64_t>> found;
  Each(attributes, [&](const std::string& name, const Napi::Object& attribute) {
    if (name == "_output_shapes") found = Shapes(attribute.Get("value"));
  });
  return found;
}

std::string TextAttribute(const Napi::Array& attributes, const std::string& name) {
  std::string found;
  Each(attributes, [&](const std::string& candidate, const Napi::Object& attribute) {
    if (candidate == name) found = Text(attribute.Get("value"));
  });
  return found;
}

int64_t IntegerAttribute(const Napi::Array& attributes, const std::string& name) {
  int64_t found = -1;
  Each(attributes, [&](const std::string& candidate, const Napi::Object& attribute) {
    Napi::Value value = attribute.Get("value");
    if (candidate == name && value.IsNumber()) found = value.ToNumber().Int64Value();
  });
  return found;
}

}  // namespace lab
