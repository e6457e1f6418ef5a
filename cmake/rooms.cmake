# How a room of the house is built: gradus_room(NAME DEPENDS OTHER_ROOMS... LEVEL_HEADERS HEADERS...).
#
# Every *.cpp below the room's folder belongs to it, except what this build is without (GRADUS_LEFT_OUT, see dependencies.cmake). A file
# named *.simd.cpp holds loops worth compiling once per instruction-set level (GRADUS_SIMD_LEVELS); it sees its level as the macro
# GRADUS_SIMD_LEVEL, and the library chooses among them at run time. What most of them include is read once for
# each level (LEVEL_HEADERS). The other sources are compiled some of a folder at a time, see together.cmake.

# Every source reads these headers of the standard library, a second's work each time; a room reads them once.
set(GRADUS_STANDARD_HEADERS
  <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <sstream> <string> <string_view> <utility> <vector>)

function(gradus_room name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LEVEL_HEADERS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.h)
  list(REMOVE_ITEM sources ${GRADUS_LEFT_OUT})
  set(level_sources ${sources})
  list(FILTER sources EXCLUDE REGEX "\\.simd\\.cpp$")
  list(FILTER level_sources INCLUDE REGEX "\\.simd\\.cpp$")

  add_library(gradus_${name} ${sources} ${headers})
  add_library(gradus::${name} ALIAS gradus_${name})
  get_property(relocatable GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS)
  set_target_properties(gradus_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ${relocatable}
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} DEFINE_SYMBOL "")
  target_compile_features(gradus_${name} PUBLIC cxx_std_20)
  target_include_directories(gradus_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(room IN LISTS arg_DEPENDS)
    target_link_libraries(gradus_${name} PUBLIC gradus::${room})
  endforeach()
  target_link_libraries(gradus_${name} PRIVATE $<BUILD_INTERFACE:gradus_private>)
  if(arg_DEPENDS)   # its macros have to be the same
    target_precompile_headers(gradus_${name} REUSE_FROM gradus_autograd)
  else()
    target_precompile_headers(gradus_${name} PRIVATE ${GRADUS_STANDARD_HEADERS})
  endif()
  target_compile_options(gradus_${name} PRIVATE ${GRADUS_OPTIMISE_REST})
  gradus_optimise_kernels(${sources})
  set(together ${sources})
  list(FILTER together EXCLUDE REGEX "/(tape|walk)/")   # g++ inlines less in large sources, which every small operation would feel
  gradus_compile_together(gradus_${name} 6 ${together})

  foreach(level IN LISTS GRADUS_SIMD_LEVELS)
    target_compile_definitions(gradus_${name} PRIVATE GRADUS_HAS_${level})
  endforeach()
  if(level_sources)
    foreach(level IN LISTS GRADUS_SIMD_LEVELS)
      set(part gradus_${name}_${level})
      add_library(${part} OBJECT ${level_sources})
      set_target_properties(${part} PROPERTIES POSITION_INDEPENDENT_CODE ${relocatable})
      target_compile_features(${part} PUBLIC cxx_std_20)
      target_include_directories(${part} PRIVATE ${PROJECT_BINARY_DIR}/include)
      target_compile_definitions(${part} PRIVATE GRADUS_SIMD_LEVEL=${level})
      if(level STREQUAL "plain")
        target_compile_definitions(${part} PRIVATE GRADUS_PLAIN)
      elseif(NOT level STREQUAL "base")
        target_compile_options(${part} PRIVATE -march=x86-64-${level} $<$<STREQUAL:${level},v4>:-mprefer-vector-width=512>)
      endif()
      if(arg_LEVEL_HEADERS)
        target_precompile_headers(${part} PRIVATE ${arg_LEVEL_HEADERS})
      endif()
      # Neither option changes a result: they say that nobody reads errno or the floating-point exception flags.
      target_compile_options(${part} PRIVATE -fno-math-errno -fno-trapping-math ${GRADUS_OPTIMISE_LOOPS})
      target_link_libraries(${part} PRIVATE gradus_private)
      target_sources(gradus_${name} PRIVATE $<TARGET_OBJECTS:${part}>)
    endforeach()
  endif()

  # <build>/include/gradus/<room>: the same include paths in the tree as after installation.
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/gradus)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${PROJECT_BINARY_DIR}/include/gradus/${name} COPY_ON_ERROR SYMBOLIC)
endfunction()
