# Neighbouring sources are compiled together, some of a folder at a time: half of what a small source costs are headers and templates that its
# neighbours want as well. So their anonymous namespaces are one, and a name there means one thing in its folder. Whoever works on a source
# may rather have it alone.
option(GRADUS_TOGETHER "Compile several sources of a folder at once" ON)

# gradus_compile_together(TARGET SIZE SOURCES...): SIZE of them at a time.
function(gradus_compile_together target size)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${GRADUS_TOGETHER} UNITY_BUILD_MODE GROUP)   # a source without a group is compiled by itself
  if(GRADUS_TOGETHER AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")   # which takes included sources for headers
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  foreach(source IN LISTS ARGN)
    get_source_file_property(group ${source} GRADUS_GROUP)
    if(NOT group)
      cmake_path(GET source PARENT_PATH group)
      cmake_path(RELATIVE_PATH group BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    endif()
    string(MAKE_C_IDENTIFIER "${group}" group)
    math(EXPR part "0${count_${group}} / ${size}")
    math(EXPR count_${group} "0${count_${group}} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group}_${part})
  endforeach()
endfunction()
