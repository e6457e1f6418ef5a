// OpenBLAS packs matrices into buffers that it maps when first needed, one for each call in progress. A small product writes few of a
// buffer's pages, and its kernels fetch ahead from those that nobody has written yet, which do not exist: such products take three times as
// long (measured with 0.3.21 on AVX2) until a large one has come by.
#pragma once

namespace gradus::kernels {

// Sees to it that as many buffers as `threads` calls at once can come to use have been written to: a millisecond or two, once. To be called
// with OpenBLAS's own threads off.
void touch_blas_buffers(int threads);

}  // namespace gradus::kernels
