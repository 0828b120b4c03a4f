"""What publishing a model and deploying a Space share: the Hub's client, made patient and plain."""
