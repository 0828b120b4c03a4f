"""Make live again what was live before: `python -m training.rollback loan`."""

from training.release.rollback import main

if __name__ == "__main__":
    main()
