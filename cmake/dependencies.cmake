# What gradus stands on. All of it is private: public headers include none of these (two opt-in headers excepted).
# The target gradus_private carries them, with the warnings, to our own sources. GRADUS_LEFT_OUT lists the sources that this build is without.

add_library(gradus_private INTERFACE)
target_compile_options(gradus_private INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
if(GRADUS_WERROR)
  target_compile_options(gradus_private INTERFACE -Werror)
endif()

# SIMD batches and their exp, tanh, …; as system headers: their warnings are not ours to mend.
if(NOT GRADUS_SIMD_LEVELS STREQUAL "plain")
  find_package(xsimd REQUIRED)
  target_include_directories(gradus_private SYSTEM INTERFACE $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)
endif()

# The header of a safetensors file. It is nothing but headers, so when compiling for another machine this one's will do; through a link,
# since the folder that they lie in has this machine's C library too.
if(CMAKE_CROSSCOMPILING)
  find_path(GRADUS_JSON_INCLUDE_DIR nlohmann/json.hpp PATHS /usr/include /usr/local/include REQUIRED NO_CMAKE_FIND_ROOT_PATH)
  mark_as_advanced(GRADUS_JSON_INCLUDE_DIR)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/json)
  file(CREATE_LINK ${GRADUS_JSON_INCLUDE_DIR}/nlohmann ${PROJECT_BINARY_DIR}/json/nlohmann SYMBOLIC)
  target_include_directories(gradus_private SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/json)
else()
  find_package(nlohmann_json REQUIRED)
  target_link_libraries(gradus_private INTERFACE nlohmann_json::nlohmann_json)
endif()

if(GRADUS_DATA OR GRADUS_ZLIB)
  find_package(ZLIB REQUIRED)           # entries of zip archives are deflated, IDX files come gzipped
  target_link_libraries(gradus_private INTERFACE ZLIB::ZLIB)
endif()
if(GRADUS_DATA)
  find_package(Threads REQUIRED)        # loader workers
  find_package(xtensor REQUIRED)        # synthetic sets are written in its expressions
  target_include_directories(gradus_private SYSTEM INTERFACE $<TARGET_PROPERTY:xtensor,INTERFACE_INCLUDE_DIRECTORIES>
                             $<TARGET_PROPERTY:xtl,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(gradus_private INTERFACE Threads::Threads)
endif()

set(GRADUS_LEFT_OUT "")
if(GRADUS_DATA OR GRADUS_ZLIB)
  list(APPEND GRADUS_LEFT_OUT autograd/array/formats/internal/inflate_none.cpp)
else()
  list(APPEND GRADUS_LEFT_OUT autograd/array/formats/internal/inflate_zlib.cpp)
endif()
if(GRADUS_BLAS)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
  target_link_libraries(gradus_private INTERFACE PkgConfig::OPENBLAS)
  list(APPEND GRADUS_LEFT_OUT autograd/kernels/products/blas_plain.cpp)
  # LAPACK comes along, but where somebody built OpenBLAS without it or under other names: then our own loops factorise.
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES PkgConfig::OPENBLAS)
  check_cxx_source_compiles("extern \"C\" void dgesdd_(), ssyevd_(); int main() { dgesdd_(); ssyevd_(); }" GRADUS_WITH_LAPACK)
  unset(CMAKE_REQUIRED_LIBRARIES)
else()
  list(APPEND GRADUS_LEFT_OUT autograd/kernels/products/blas.cpp autograd/kernels/products/blas_buffers.cpp tests/autograd/base/host_settings_test.cpp)
endif()
if(GRADUS_BLAS AND GRADUS_WITH_LAPACK)
  list(APPEND GRADUS_LEFT_OUT autograd/kernels/linalg/lapack_plain.cpp)
else()
  list(APPEND GRADUS_LEFT_OUT autograd/kernels/linalg/lapack.cpp)
endif()

# Pictures: without these libraries read_image says what is missing.
foreach(format PNG JPEG)
  string(TOLOWER ${format} small)
  if(GRADUS_DATA AND GRADUS_${format})
    find_package(${format})
    if(NOT ${format}_FOUND)
      message(STATUS "gradus: no library for ${format} found; read_image will refuse such files (Debian: libpng-dev libjpeg62-turbo-dev)")
    endif()
  endif()
  if(GRADUS_DATA AND GRADUS_${format} AND ${format}_FOUND)
    set(GRADUS_WITH_${format} ON)
    target_link_libraries(gradus_private INTERFACE ${format}::${format})
    list(APPEND GRADUS_LEFT_OUT data/read/internal/${small}_none.cpp)
  else()
    list(APPEND GRADUS_LEFT_OUT data/read/internal/${small}_decode.cpp)
  endif()
endforeach()
list(TRANSFORM GRADUS_LEFT_OUT PREPEND ${PROJECT_SOURCE_DIR}/)

# Debian's clang has OpenMP only with libomp-dev: nothing that is worth failing for.
if(GRADUS_OPENMP)
  find_package(OpenMP COMPONENTS CXX)
  if(OpenMP_CXX_FOUND)
    set(GRADUS_WITH_OPENMP ON)
    target_link_libraries(gradus_private INTERFACE OpenMP::OpenMP_CXX)
  else()
    message(WARNING "gradus: ${CMAKE_CXX_COMPILER} has no OpenMP (Debian: libomp-dev for clang); going on as with GRADUS_OPENMP=OFF: oneDNN "
                    "may use threads of its own beside ours")
  endif()
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
