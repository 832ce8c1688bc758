"""What others know of numbers: the network's directory, the list of employees."""
