heddle_test(run cuda_run_test.cpp device_run_test.cpp engine_test.cpp executor_test.cpp loops_test.cpp process_test.cpp program_task_test.cpp replay_test.cpp scan_test.cpp task_queue_test.cpp)
