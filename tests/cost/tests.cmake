heddle_test(cost
  bandwidth_test.cpp
  constraints_test.cpp
  cost_model_test.cpp
  machine_state_test.cpp
  memory_limits_test.cpp)
