"""The notation of a book, read from its pages, and the code that its equations name."""
