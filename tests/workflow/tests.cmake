heddle_test(workflow
  dot_test.cpp edge_table_test.cpp file_formats_test.cpp generate_test.cpp heddle_json_test.cpp name_stream_test.cpp name_table_test.cpp stg_test.cpp
  wfformat_test.cpp)

# The JSON Schema and the reader of heddle JSON agree.
if(HEDDLE_BUILD_CLI AND Python3_Interpreter_FOUND)
  set(documents 600)
  if(HEDDLE_SANITIZE)
    set(documents 60)  # each is a process
  endif()
  add_test(NAME workflow_schema
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/schema_test.py
            $<TARGET_FILE:heddle_cli> ${PROJECT_SOURCE_DIR}/src/workflow/heddle_workflow.schema.json ${documents})
  set_tests_properties(workflow_schema PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
