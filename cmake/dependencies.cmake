# What gradus stands on. All of it is private: public headers include none of these (two opt-in headers excepted).
# The target gradus_private carries them, with the warnings, to our own sources.

add_library(gradus_private INTERFACE)
target_compile_options(gradus_private INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
if(GRADUS_WERROR)
  target_compile_options(gradus_private INTERFACE -Werror)
endif()

find_package(xsimd REQUIRED)          # SIMD batches and their exp, tanh, …
find_package(ZLIB REQUIRED)           # IDX files come gzipped
find_package(nlohmann_json REQUIRED)  # the header of a safetensors file
find_package(Threads REQUIRED)        # loader workers
find_package(PkgConfig REQUIRED)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
target_link_libraries(gradus_private INTERFACE ZLIB::ZLIB nlohmann_json::nlohmann_json Threads::Threads PkgConfig::OPENBLAS)
# As system headers: their warnings are not ours to mend.
target_include_directories(gradus_private SYSTEM INTERFACE $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)

if(GRADUS_OPENMP)
  find_package(OpenMP REQUIRED)
  target_link_libraries(gradus_private INTERFACE OpenMP::OpenMP_CXX)
endif()

# Not find_package(dnnl): Debian's config insists on the development files of OpenCL, which nobody needs here.
if(GRADUS_ONEDNN)
  find_path(GRADUS_DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
  find_library(GRADUS_DNNL_LIBRARY dnnl)
  mark_as_advanced(GRADUS_DNNL_INCLUDE_DIR GRADUS_DNNL_LIBRARY)
  if(GRADUS_DNNL_INCLUDE_DIR AND GRADUS_DNNL_LIBRARY)
    set(GRADUS_WITH_DNNL ON)
    target_compile_definitions(gradus_private INTERFACE GRADUS_ONEDNN)
    target_include_directories(gradus_private SYSTEM INTERFACE ${GRADUS_DNNL_INCLUDE_DIR})
    target_link_libraries(gradus_private INTERFACE ${GRADUS_DNNL_LIBRARY})
  else()
    message(STATUS "gradus: oneDNN not found; f32 products and convolutions go through OpenBLAS (Debian: libdnnl-dev)")
  endif()
endif()
