"""Tables of applications, in and out."""
