"""The rules of a test day: pure, standard library only."""
