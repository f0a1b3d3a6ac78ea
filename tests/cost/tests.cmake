heddle_test(cost
  bandwidth_test.cpp
  cost_model_test.cpp)
