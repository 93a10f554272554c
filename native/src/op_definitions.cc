#include "op_definitions.h"

#include <cstdint>

namespace lab {
namespace {

// Reads the few fields of a serialized OpDef (tensorflow/core/framework/op_def.proto) that matter here:
//   OpDef: input_arg = 2, attr = 4; ArgDef: name = 1, number_attr = 5, type_list_attr = 6; AttrDef: name = 1.
class WireReader {
 public:
  WireReader(const uint8_t* begin, const uint8_t* end) : p_(begin), end_(end) {}

  // Calls onBytes(field, begin, end) for each length-delimited field and skips the others.
  template <class F>
  void EachBytes(F onBytes) {
    while (p_ < end_) {
      uint64_t tag = Varint();
      int field = static_cast<int>(tag >> 3);
      switch (tag & 7) {
        case 0:
          Varint();
          break;
        case 1:
          Skip(8);
          break;
        case 2: {
          uint64_t length = Varint();
          if (length > static_cast<uint64_t>(end_ - p_)) throw Error("Invalid op definition");
          onBytes(field, p_, p_ + length);
          p_ += length;
          break;
        }
        case 5:
          Skip(4);
          break;
        default:
          throw Error("Invalid op definition");
      }
    }
  }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (p_ >= end_) throw Error("Invalid op definition");
      uint8_t byte = *p_++;
      value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw Error("Invalid op definition");
  }

  void Skip(size_t bytes) {
    if (bytes > static_cast<size_t>(end_ - p_)) throw Error("Invalid op definition");
    p_ += bytes;
  }

  const uint8_t* p_;
  const uint8_t* end_;
};

std::string Text(const uint8_t* begin, const uint8_t* end) { return std::string(begin, end); }

OpDefinition Parse(const TF_Buffer& buffer) {
  OpDefinition definition;
  const auto* data = static_cast<const uint8_t*>(buffer.data);
  WireReader(data, data + buffer.length).EachBytes([&](int field, const uint8_t* begin, const uint8_t* end) {
    if (field == 2) {
      OpInput input;
      WireReader(begin, end).EachBytes([&](int inner, const uint8_t* from, const uint8_t* to) {
        if (inner == 1) input.name = Text(from, to);
        if (inner == 5) input.number_attribute = Text(from, to);
        if (inner == 6) input.type_list_attribute = Text(from, to);
      });
      definition.inputs.push_back(std::move(input));
    } else if (field == 4) {
      WireReader(begin, end).EachBytes([&](int inner, const uint8_t* from, const uint8_t* to) {
        if (inner == 1) definition.attributes.insert(Text(from, to));
      });
    }
  });
  return definition;
}

}  // namespace

const OpDefinition& OpDefinitions::Get(const std::string& op) {
  auto found = cache_.find(op);
  if (found != cache_.end()) return found->second;
  GraphPtr graph(TF_NewGraph());
  BufferPtr buffer(TF_NewBuffer());
  Status status;
  TF_GraphGetOpDef(graph.get(), op.c_str(), buffer.get(), status);
  status.Check(op);
  return cache_.emplace(op, Parse(*buffer)).first->second;
}

}  // namespace lab
