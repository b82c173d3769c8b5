"""Operations driven by a script: no database, no event loop."""
