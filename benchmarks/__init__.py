"""Measures database libraries on the same work in the same run. It prints numbers and claims nothing."""
