"""The classical model and the neural network, from a row of numbers to a probability."""
