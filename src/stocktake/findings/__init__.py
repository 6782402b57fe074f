"""Questions and their answers: named figures, free questions in SQL, and where an answer comes from."""
