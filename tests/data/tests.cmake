heddle_test(data buffer_test.cpp builders_test.cpp residency_test.cpp)
