# What <gradus/gradus.h> costs a program, against the standard headers that it included once and that programs include anyway. Seconds differ from
# run to run; the memory that g++ takes goes with them, and is the same at each run. What weighs: each std::vector of another type 0.4 MB,
# <algorithm> 4 MB, a g++ that reads more than 524288 tokens, standard headers included, 16 MB at once (it was 505000 of them).
#   cmake -DCXX=g++ -DFLAGS=… -DINCLUDE=… -DWORK=… -P front_door.cmake
set(most 130)
set(standard algorithm any array atomic charconv chrono cmath concepts condition_variable cstddef cstdint exception filesystem functional
  initializer_list iosfwd iterator limits locale map memory mutex new numbers optional span sstream stdexcept string string_view thread tuple
  type_traits typeinfo unordered_set utility variant vector)

# cost(NAME HEADERS...) sets NAME to the kilobytes that g++ takes for them.
function(cost name)
  list(JOIN ARGN ">\n#include <" lines)
  file(WRITE ${WORK}/${name}.cpp "#include <${lines}>\n")
  separate_arguments(flags UNIX_COMMAND "${FLAGS}")
  execute_process(COMMAND ${CXX} ${flags} -std=c++20 -O0 -fsyntax-only -ftime-report -I${INCLUDE} ${WORK}/${name}.cpp
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0 OR NOT output MATCHES "TOTAL[^\n]* ([0-9]+)([kM])")
    message(FATAL_ERROR "no cost of ${name}: ${output}")
  endif()
  set(kilobytes ${CMAKE_MATCH_1})
  if(CMAKE_MATCH_2 STREQUAL "M")
    math(EXPR kilobytes "${kilobytes} * 1024")
  endif()
  set(${name} ${kilobytes} PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${WORK})
cost(standard_headers ${standard})
cost(gradus_h gradus/gradus.h)
math(EXPR percent "100 * ${gradus_h} / ${standard_headers}")
message("gradus.h: ${gradus_h} kB, standard headers: ${standard_headers} kB, ${percent} %")
if(percent GREATER most)
  message(FATAL_ERROR "more than ${most} %: a public header has got heavier. Bodies of templates and messages go to sources; streams, files, threads "
                      "and clocks are for sources too; HACKING.md")
endif()
