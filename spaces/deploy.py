"""Put a Space on the Hub: `python spaces/deploy.py tumor --to OWNER/NAME`; `--help` says more."""

from training.release.deploy import main

if __name__ == "__main__":
    main()
