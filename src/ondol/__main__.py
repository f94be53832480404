"""`python -m ondol` is the command `ondol`."""

from ondol.cli import main

if __name__ == "__main__":
    main()
