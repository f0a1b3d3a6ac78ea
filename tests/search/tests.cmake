# Of the room plan, apart from it, for they use threads.
heddle_test(search decode_test.cpp device_search_test.cpp makespans_test.cpp moves_test.cpp on_threads_test.cpp rounds_test.cpp search_test.cpp window_test.cpp LABELS plan)
