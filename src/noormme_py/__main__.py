"""`python -m noormme_py`: the command line."""

from noormme_py.cli.main import main

if __name__ == "__main__":
    main()
