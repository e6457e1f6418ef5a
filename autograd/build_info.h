// What this gradus was built with, and which of it is in use on this machine: the first thing to look at when a program is slower than it
// should be, and to put into a bug report.
//   std::cout << build_info();
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace gradus {

struct BuildInfo {
  std::string version;               // of gradus: "0.1.0"
  std::string compiler;              // that built it: "g++ 12.2.0"
  std::vector<std::string> levels;   // instruction-set levels that its loops were compiled for: {"v2", "v3", "v4"}
  std::string level;                 // the one in use: the best that the processor has (GRADUS_SIMD_LEVEL=v2 lowers it)
  std::string products;              // who multiplies matrices: "OpenBLAS 0.3.21 (pthreads), kernels for Haswell"; says so where
                                     // OpenBLAS does not know the processor and loops of gradus's own multiply instead
  std::string convolutions;          // who convolves, and multiplies f32 matrices with AVX-512: "oneDNN 2.6.3, instructions up to AVX2"
  std::string bf16;                  // what set_product_precision(ProductPrecision::bf16) means here: "by oneDNN, AMX", or that nothing
                                     // changes, and why
  int threads;                       // that loops, products and convolutions use (num_threads())
};

BuildInfo build_info();
std::ostream& operator<<(std::ostream& out, const BuildInfo& info);   // a line each

}  // namespace gradus
