"""`python -m okr_mock` is the command `okr-mock`."""

from okr_mock.cli import main

if __name__ == "__main__":
    main()
