"""The command line: `python -m keyfold`, and the script `keyfold`."""

import signal
import sys

from keyfold._native import run_command_line

__all__ = ["main"]


def main() -> None:
    """Runs the command of `sys.argv` and ends the process with its exit code."""
    # an interruption ends a command at once, or is handled by the command itself; Python's handler would wait for the command's end
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_command_line(["keyfold", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
