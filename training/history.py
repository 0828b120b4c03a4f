"""Which versions there are: `python -m training.history loan`."""

from training.release.history import main

if __name__ == "__main__":
    main()
