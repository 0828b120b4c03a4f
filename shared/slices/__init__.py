"""One slice: from the bytes of a file to the square that a network sees."""
