package compiler

// TimeAdvice is for the test that follows the advice.
var TimeAdvice = timeAdvice
