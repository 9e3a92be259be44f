"""What crosses a border: schemas, words for errors, plan files, protocol."""
