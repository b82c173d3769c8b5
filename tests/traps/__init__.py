"""Where other tools fail: one short test for each promise of ours."""
