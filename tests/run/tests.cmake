heddle_test(run engine_test.cpp process_test.cpp program_task_test.cpp replay_test.cpp task_queue_test.cpp)
