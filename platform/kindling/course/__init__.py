"""The parts of `manage.py course`: a module for each of its subcommands, which has HELP, `add_arguments` and `run`."""
