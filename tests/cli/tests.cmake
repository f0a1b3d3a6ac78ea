if(TARGET heddle_cli AND Python3_FOUND)
  add_test(NAME CommandLine
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/cli/command_line_test.py $<TARGET_FILE:heddle_cli>)
  set_tests_properties(CommandLine PROPERTIES LABELS cli TIMEOUT 600)
  add_test(NAME Slow_WhatCanGoWrong
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/cli/what_can_go_wrong_test.py $<TARGET_FILE:heddle_cli>)
  set_tests_properties(Slow_WhatCanGoWrong PROPERTIES LABELS "cli;slow" TIMEOUT 600)
  add_test(NAME WordCountExample COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cli/word_count_test.sh $<TARGET_FILE:heddle_cli>)
  set_tests_properties(WordCountExample PROPERTIES LABELS cli TIMEOUT 300)
endif()
