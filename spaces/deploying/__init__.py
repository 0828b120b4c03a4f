"""A Space's folder, up on the Hub and looked at there. No Space imports this."""
