"""What fits the library into web frameworks: a package for each, which needs the extra of its name."""
