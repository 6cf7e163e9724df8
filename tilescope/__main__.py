"""`python -m tilescope`: the command line."""

from tilescope.cli.start import main

if __name__ == "__main__":
    main()
