# Uses gradus as a stranger would: cmake -DBUILD=… -DSOURCE=… -DWORK=… -DCXX=… -DFLAGS=… -DTOOL=… -P consumer.cmake
#   1. find_package with components, from an installation whose prefix has been moved; with another compiler, too
#   2. pkg-config and the bare compiler
#   3. add_subdirectory, without build type and with -O0: configured, and one of the consumer's own files each and one of ours compiled (linking
#      would build the library once more)
# The consumer's own files are compiled with every warning as an error: main.cpp, which is run, and strict.cpp.
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
# The tool, where it was built, finds its libraries in the moved prefix, too.
if(TOOL)
  run(${WORK}/moved/bin/gradus --version)
  if(NOT output MATCHES "^gradus [0-9.]+\n$")
    message(FATAL_ERROR "bin/gradus printed: ${output}")
  endif()
endif()
run(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/package ${settings} -DCMAKE_PREFIX_PATH=${WORK}/moved)
run(${CMAKE_COMMAND} --build ${WORK}/package --target consumer)
expect_works(${WORK}/package/consumer)

execute_process(COMMAND ${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/package "-DCOMPONENTS=nn;game"
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0 OR NOT output MATCHES "no component \"game\"; it has:[ \n]+autograd nn optim data train")
  message(FATAL_ERROR "an unknown component: ${output}")
endif()

# The other compiler, whose OpenMP may be missing. A program of its can be linked only where both have one standard library.
find_program(CLANG clang++)
if(CLANG AND NOT FLAGS MATCHES "-fsanitize")
  run(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/clang ${settings} -DCMAKE_CXX_COMPILER=${CLANG} -DCMAKE_PREFIX_PATH=${WORK}/moved
      -DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON)
  run(${CMAKE_COMMAND} --build ${WORK}/clang)
  expect_works(${WORK}/clang/consumer)
endif()

file(GLOB_RECURSE pc ${WORK}/moved/gradus.pc)
cmake_path(GET pc PARENT_PATH pc_dir)
run(${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_dir} pkg-config --cflags --libs gradus)
if(output MATCHES "-std|-O|-D")
  message(FATAL_ERROR "pkg-config decides what is the program's to say: ${output}")
endif()
separate_arguments(compiler_flags UNIX_COMMAND "-std=c++20 ${FLAGS} ${output}")
run(${CXX} ${consumer}/main.cpp -o ${WORK}/bare ${compiler_flags})
expect_works(${WORK}/bare)

# The last -O in the command that compiles a file.
function(expect_level folder file wanted)
  file(STRINGS ${folder}/compile_commands.json command REGEX "\"command\":.*/${file} *\"?,?$" LIMIT_COUNT 1)
  string(REGEX MATCHALL " -O[0-9a-z]*" levels "${command}")
  list(GET levels -1 level)
  if(NOT level STREQUAL " ${wanted}")
    message(FATAL_ERROR "${file} is not compiled with ${wanted}: ${command}")
  endif()
endfunction()

# folder(NAME LEVEL_OF_THE_REST SETTINGS...)
function(folder name rest)
  run(${CMAKE_COMMAND} -S ${consumer} -B ${WORK}/${name} -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DGRADUS_FOLDER=${SOURCE} -DGRADUS_TOGETHER=OFF
      -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${ARGN})
  if(NOT output MATCHES "gradus: its loops are compiled with -O3, the rest of the library with ${rest}")
    message(FATAL_ERROR "configured without a word on optimisation: ${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  expect_level(${WORK}/${name} optim/rules/adam.cpp ${rest})
  expect_level(${WORK}/${name} autograd/kernels/axes/rows.cpp -O3)
  expect_level(${WORK}/${name} autograd/ops/formulas/math.simd.cpp -O3)
endfunction()
string(REGEX REPLACE " -O[^ ]*" "" unsaid "${FLAGS}")
folder(folder -O2 "-DCMAKE_CXX_FLAGS=${unsaid}")
run(${CMAKE_COMMAND} --build ${WORK}/folder --target consumer_strict)
folder(debug -O0 -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS=${unsaid} -O0" -DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON)
if(NOT output MATCHES "has no[ \n]+OpenMP")
  message(FATAL_ERROR "configured without OpenMP and without a word: ${output}")
endif()
run(${CMAKE_COMMAND} --build ${WORK}/debug --target CMakeFiles/consumer.dir/main.cpp.o gradus/CMakeFiles/gradus_autograd_loops.dir/autograd/kernels/axes/rows.cpp.o)
