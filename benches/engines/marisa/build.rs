//! Compiles the C++ side; the library itself is the system's.

fn main() {
    cxx_build::bridge("src/main.rs")
        .file("src/trie.cc")
        .std("c++17")
        .compile("engine-marisa");
    println!("cargo::rustc-link-lib=marisa");
    println!("cargo::rerun-if-changed=src/trie.cc");
    println!("cargo::rerun-if-changed=src/trie.h");
}
