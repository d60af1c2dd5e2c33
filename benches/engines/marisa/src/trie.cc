#include "engine-marisa/src/trie.h"

#include <string>

namespace engine {
namespace {

const char* chars(const uint8_t* bytes) { return reinterpret_cast<const char*>(bytes); }

}  // namespace

void Keys::push(rust::Slice<const uint8_t> key) { keys_.push_back(chars(key.data()), key.size()); }

rust::Vec<uint32_t> Keys::write(rust::Str path) {
  marisa::Trie trie;
  trie.build(keys_);
  trie.save(std::string(path).c_str());
  rust::Vec<uint32_t> ids;
  ids.reserve(keys_.size());
  for (size_t place = 0; place < keys_.size(); ++place) {
    ids.push_back(static_cast<uint32_t>(keys_[place].id()));
  }
  return ids;
}

Trie::Trie(rust::Str path) { trie_.mmap(std::string(path).c_str()); }

int64_t Trie::id(Agent& agent, rust::Slice<const uint8_t> key) const {
  agent.set_query(chars(key.data()), key.size());
  return trie_.lookup(agent) ? static_cast<int64_t>(agent.key().id()) : -1;
}

std::unique_ptr<Keys> keys() { return std::make_unique<Keys>(); }
std::unique_ptr<Trie> open(rust::Str path) { return std::make_unique<Trie>(path); }
std::unique_ptr<Agent> agent() { return std::make_unique<Agent>(); }

}  // namespace engine
