# cmake -DNM=nm "-DOBJECTS=a.o;b.o" -P no_guards.cmake
# A static variable of a function that is made at its first use has a guard, which a fork leaves taken in the child if another thread is making
# the variable at that moment: the child then waits for ever. Loops and the tables that choose among them are constants (static constexpr) or
# atomics (static constinit), which need no guard.
execute_process(COMMAND ${NM} --defined-only ${OBJECTS} RESULT_VARIABLE status OUTPUT_VARIABLE symbols)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${NM} failed: ${status}")
endif()
string(REGEX MATCHALL "[^\n]* _?_ZGV[^\n]*" guards "${symbols}")
foreach(guard IN LISTS guards)
  message(SEND_ERROR "has a guard (make it static constexpr, or static constinit and atomic): ${guard}")
endforeach()
string(REGEX MATCHALL "[^\n]* T _?_Z[^\n]*" functions "${symbols}")
list(LENGTH functions count)
if(count EQUAL 0)
  message(FATAL_ERROR "no functions in ${OBJECTS}")
endif()
message(STATUS "${count} functions, no guards")
