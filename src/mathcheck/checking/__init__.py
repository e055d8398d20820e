"""From an equation that was read to the verdict on it."""
