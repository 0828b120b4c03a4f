"""The bench runs by path, with its folder on sys.path; so do its tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
