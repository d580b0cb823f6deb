#!/usr/bin/env python
import os
import sys

from plaxe.cli import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plaxe.settings")
    sys.exit(main(sys.argv))
