# How a room of the house is built: gradus_room(NAME DEPENDS OTHER_ROOMS... LEVEL_HEADERS HEADERS... SELDOM FOLDERS...).
#
# Every *.cpp below the room's folder belongs to it, except what this build is without (GRADUS_LEFT_OUT, see dependencies.cmake). A file
# named *.simd.cpp holds loops worth compiling once per instruction-set level (GRADUS_SIMD_LEVELS); it sees its level as the macro
# GRADUS_SIMD_LEVEL, and the library chooses among them at run time. What most of them include is read once for
# each level (LEVEL_HEADERS). The other sources are compiled some of a folder at a time, see together.cmake. What runs seldom and has no loops
# that anybody waits for (SELDOM) is compiled with less optimisation, which takes half as long.

# Every source reads these headers of the standard library, a second's work each time; they are read once.
set(GRADUS_STANDARD_HEADERS
  <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <sstream> <string> <string_view> <utility> <vector>)
get_property(relocatable GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/headers.cpp CONTENT "")
add_library(gradus_headers OBJECT ${PROJECT_BINARY_DIR}/headers.cpp)
set_target_properties(gradus_headers PROPERTIES POSITION_INDEPENDENT_CODE ${relocatable})
target_compile_features(gradus_headers PRIVATE cxx_std_20)
target_compile_options(gradus_headers PRIVATE ${GRADUS_OPTIMISE_REST})
target_link_libraries(gradus_headers PRIVATE gradus_private)
target_precompile_headers(gradus_headers PRIVATE ${GRADUS_STANDARD_HEADERS})

function(gradus_room name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LEVEL_HEADERS;SELDOM" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.h)
  list(REMOVE_ITEM sources ${GRADUS_LEFT_OUT})
  set(level_sources ${sources})
  list(FILTER sources EXCLUDE REGEX "\\.simd\\.cpp$")
  list(FILTER level_sources INCLUDE REGEX "\\.simd\\.cpp$")

  # Parts with an -O of their own.
  list(JOIN arg_SELDOM "|" folders)
  set(seldom ${sources})
  list(FILTER seldom INCLUDE REGEX "^${PROJECT_SOURCE_DIR}/(${folders})/")
  set(loops "")
  if(GRADUS_OPTIMISE_KERNELS)
    set(loops ${sources})
    list(FILTER loops INCLUDE REGEX "/autograd/(kernels|formula)/")
  endif()
  list(REMOVE_ITEM sources ${seldom} ${loops})
  set(targets gradus_${name})
  add_library(gradus_${name} ${sources} ${headers})
  add_library(gradus::${name} ALIAS gradus_${name})
  set_target_properties(gradus_${name} PROPERTIES EXPORT_NAME ${name}
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} DEFINE_SYMBOL "")
  foreach(part IN ITEMS seldom loops)
    if(${part})
      add_library(gradus_${name}_${part} OBJECT ${${part}})
      target_sources(gradus_${name} PRIVATE $<TARGET_OBJECTS:gradus_${name}_${part}>)
      list(APPEND targets gradus_${name}_${part})
    endif()
  endforeach()

  foreach(target IN LISTS targets)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ${relocatable})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    foreach(room IN LISTS arg_DEPENDS)
      target_link_libraries(${target} PUBLIC gradus::${room})
    endforeach()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:gradus_private>)
    if(NOT target STREQUAL "gradus_${name}_loops")   # whose -O may be another than the headers'
      target_precompile_headers(${target} REUSE_FROM gradus_headers)
    endif()
    target_compile_options(${target} PRIVATE ${GRADUS_OPTIMISE_REST} ${GRADUS_COLLECT_LESS})
    foreach(level IN LISTS GRADUS_SIMD_LEVELS)
      target_compile_definitions(${target} PRIVATE GRADUS_HAS_${level})
    endforeach()
    if(GRADUS_SIMD_LEVELS STREQUAL "plain")
      target_compile_definitions(${target} PUBLIC GRADUS_PLAIN)   # for fuse(), too, which is compiled in the user's program
    endif()
  endforeach()
  set(together ${sources})
  list(FILTER together EXCLUDE REGEX "/(tape|walk)/")   # g++ inlines less in large sources, which every small operation would feel
  gradus_compile_together(gradus_${name} 6 ${together})
  if(seldom)
    target_compile_options(gradus_${name}_seldom PRIVATE ${GRADUS_OPTIMISE_SELDOM})
    gradus_compile_together(gradus_${name}_seldom 6 ${seldom})
  endif()
  if(loops)
    target_compile_options(gradus_${name}_loops PRIVATE ${GRADUS_OPTIMISE_KERNELS})
    gradus_compile_together(gradus_${name}_loops 6 ${loops})
  endif()

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
      target_compile_options(${part} PRIVATE -fno-math-errno -fno-trapping-math ${GRADUS_OPTIMISE_LOOPS} ${GRADUS_COLLECT_LESS})
      target_link_libraries(${part} PRIVATE gradus_private)
      target_sources(gradus_${name} PRIVATE $<TARGET_OBJECTS:${part}>)
    endforeach()
  endif()

  # <build>/include/gradus/<room>: the same include paths in the tree as after installation.
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/gradus)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${PROJECT_BINARY_DIR}/include/gradus/${name} COPY_ON_ERROR SYMBOLIC)
endfunction()
