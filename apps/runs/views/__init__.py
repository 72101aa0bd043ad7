"""What is answered at each address of runs; a file for each kind of asker and answer."""
