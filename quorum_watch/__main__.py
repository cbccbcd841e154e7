"""``python -m quorum_watch``."""

from quorum_watch.cli import main

if __name__ == "__main__":
    main()
