# -DGRADUS_SANITIZE=address,undefined or =thread: everything below is built with these sanitizers; with which -O, optimise.cmake says.
set(GRADUS_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
if(GRADUS_SANITIZE)
  add_compile_options(-fsanitize=${GRADUS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${GRADUS_SANITIZE})
  if(GRADUS_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)   # std::atomic_thread_fence is used by the standard library only
  endif()
  if(GRADUS_SANITIZE MATCHES "address")   # some hundred unrolled places, each with its checks, take a minute and a half to optimise
    set_source_files_properties(${PROJECT_SOURCE_DIR}/autograd/kernels/products/gemm_tile.simd.cpp PROPERTIES
                                COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON)
  endif()
endif()
