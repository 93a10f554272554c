// What an op's definition says about its inputs and attributes. Graph construction must be told which inputs are lists
// (TF_AddInputList); the eager API finds that out by itself.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "handles.h"

namespace lab {

struct OpInput {
  std::string name;
  std::string number_attribute;     // "N" when the input is a list of N tensors of one dtype
  std::string type_list_attribute;  // "Tin" when the input is a list with a dtype each
  bool is_list() const { return !number_attribute.empty() || !type_list_attribute.empty(); }
};

struct OpDefinition {
  std::vector<OpInput> inputs;
  std::set<std::string> attributes;
};

class OpDefinitions {
 public:
  // The definition of `op`; throws for an op that TensorFlow does not know.
  const OpDefinition& Get(const std::string& op);

 private:
  std::unordered_map<std::string, OpDefinition> cache_;
};

}  // namespace lab
