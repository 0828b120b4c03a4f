"""Ask a live Space which model answers: `python spaces/look.py tumor --at OWNER/NAME`."""

from training.release.look import main

if __name__ == "__main__":
    main()
