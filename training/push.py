"""Publish a checkpoint: `python -m training.push CHECKPOINT --repo OWNER/NAME`."""

from training.release.push import main

if __name__ == "__main__":
    main()
