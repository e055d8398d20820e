project = "Another book"
extensions = ["mathcheck.sphinx"]
