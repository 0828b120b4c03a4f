"""Make a published version live: `python -m training.promote loan --revision v3`."""

from training.release.promote import main

if __name__ == "__main__":
    main()
