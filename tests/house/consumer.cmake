# Uses gradus as a stranger would: cmake -DBUILD=… -DSOURCE=… -DWORK=… -DCXX=… -DFLAGS=… -P consumer.cmake
#   1. find_package, from an installation whose prefix has been moved
#   2. pkg-config and the bare compiler
#   3. add_subdirectory: configured, and the consumer's own file compiled (linking would build the library once more)
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_works program)
  run(${program})
  if(NOT output STREQUAL "gradus works: [8, 1]\n")
    message(FATAL_ERROR "${program} printed: ${output}")
  endif()
endfunction()

set(consumer ${SOURCE}/tests/house/consumer)
set(settings -G Ninja -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=${FLAGS}" --log-level=WARNING)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/before)
file(RENAME ${WORK}/before ${WORK}/moved)
run(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/package ${settings} -DCMAKE_PREFIX_PATH=${WORK}/moved)
run(${CMAKE_COMMAND} --build ${WORK}/package)
expect_works(${WORK}/package/consumer)

file(GLOB_RECURSE pc ${WORK}/moved/gradus.pc)
cmake_path(GET pc PARENT_PATH pc_dir)
run(${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_dir} pkg-config --cflags --libs gradus)
separate_arguments(compiler_flags UNIX_COMMAND "${FLAGS} ${output}")
list(REMOVE_ITEM compiler_flags "-DNDEBUG")
run(${CXX} ${consumer}/main.cpp -o ${WORK}/bare ${compiler_flags})
expect_works(${WORK}/bare)

run(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/folder ${settings} -DGRADUS_FOLDER=${SOURCE})
run(${CMAKE_COMMAND} --build ${WORK}/folder --target CMakeFiles/consumer.dir/main.cpp.o)
