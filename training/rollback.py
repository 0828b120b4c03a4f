"""Make the version before the live one live again: `python -m training.rollback loan`."""

from training.release.rollback import main

if __name__ == "__main__":
    main()
