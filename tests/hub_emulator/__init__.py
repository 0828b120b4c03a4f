"""A Hub-compatible server on 127.0.0.1 for the real huggingface_hub, with faults on demand.

Its own tests lie beside it and are run when it has changed: see `changed.py`.
"""
