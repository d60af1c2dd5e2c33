// What main.rs needs of marisa, in types that cross the language border.
#pragma once

#include <cstdint>
#include <memory>

#include <marisa.h>

#include "rust/cxx.h"

namespace engine {

// Keys to be stored; the bytes are copied.
class Keys {
 public:
  void push(rust::Slice<const uint8_t> key);
  // Builds with marisa's defaults, the ids of the keys in the order of `push`, and writes the file.
  rust::Vec<uint32_t> write(rust::Str path);

 private:
  marisa::Keyset keys_;
};

// What one thread asks with.
using Agent = marisa::Agent;

// A mapped file.
class Trie {
 public:
  explicit Trie(rust::Str path);
  // The key's id, or -1.
  int64_t id(Agent& agent, rust::Slice<const uint8_t> key) const;

 private:
  marisa::Trie trie_;
};

std::unique_ptr<Keys> keys();
std::unique_ptr<Trie> open(rust::Str path);
std::unique_ptr<Agent> agent();

}  // namespace engine
